using Ccflux.Hook.Spool;
using Ccflux.Hook.StatusLine;
using Xunit;

namespace Ccflux.Hook.Tests.StatusLine;

public sealed class LimitObservationsTests
{
    private static readonly DateTimeOffset s_start = new(2026, 11, 21, 7, 0, 0, TimeSpan.Zero);
    private readonly QuotaState _state = new();

    [Fact]
    public void Note_IdleLineThatRepeatsItself_MakesNoNewReading()
    {
        Assert.True(Note("s1", 0, 42).Recorded);

        for (var minute = 1; minute < 600; minute++)
        {
            Assert.Equal((false, false), Note("s1", minute * 60, 42));
        }

        Assert.Single(_state.Waiting);
    }

    [Fact]
    public void Note_IdleSessionBesideAnActiveOne_DoesNotBringOldFiguresBack()
    {
        Note("idle", 0, 40);
        Note("active", 61, 41);
        Note("idle", 122, 40);
        Note("active", 183, 42);
        Note("idle", 244, 40);

        Assert.Equal([40, 41, 42], _state.Waiting.Select(reading => reading.UsedPercentage));
    }

    [Fact]
    public void Note_ChangesWithinAMinute_RecordsOnceAndThenTheNewestWithItsOwnTime()
    {
        Note("s1", 0, 40);
        Assert.Equal((true, false), Note("s1", 10, 41));
        Assert.Equal((true, false), Note("s1", 20, 42));
        Assert.Equal((false, false), Note("s1", 59, 42));

        Assert.Equal((true, true), Note("s1", 60, 42));

        Assert.Equal([(40, s_start), (42, s_start.AddSeconds(20))], _state.Waiting.Select(reading => (reading.UsedPercentage, reading.ObservedAt)));
    }

    [Fact]
    public void Note_SameFigureUnderANewSession_IsKnown()
    {
        Note("before-clear", 0, 42);

        Assert.Equal((true, false), Note("after-clear", 300, 42));
        Assert.Single(_state.Waiting);
    }

    [Fact]
    public void Note_ClockSetBack_GoesOn()
    {
        Note("s1", 0, 42);

        Assert.True(Note("s1", -86_400, 43).Recorded);
    }

    [Fact]
    public void Note_ManySessionsAndReadings_StaysBounded()
    {
        for (var i = 0; i < 2000; i++)
        {
            Note($"s{i}", i * 60, i % 100);
        }

        Assert.Equal(LimitObservations.MaxSessions, _state.Sessions.Count);
        Assert.Equal(QuotaState.MaxWaiting, _state.Waiting.Count);
        Assert.Equal(s_start.AddMinutes(1999), _state.Waiting[^1].ObservedAt);
    }

    [Fact]
    public void Note_NoAccount_RecordsNothing()
    {
        var noted = LimitObservations.Note(_state, "s1", [new LimitWindow("five_hour", 42, null)], () => null, s_start);

        Assert.Equal((true, false), noted);
        Assert.Empty(_state.Waiting);
    }

    [Fact]
    public void Note_FigureThatFalls_IsFreshInASessionThatJustBeganOrWhereItMoved()
    {
        Note("before", 0, 60);
        Note("after", 61, 2, ageSeconds: 30);
        Note("before", 122, 3);

        Assert.Equal([(60, false), (2, true), (3, true)], _state.Waiting.Select(reading => (reading.UsedPercentage, reading.Fresh)));
    }

    [Fact]
    public void Note_SessionThatBeganBeforeTheNewestReading_IsNotSurelyFresh()
    {
        Note("active", 0, 60);
        Note("active", 61, 61);

        Note("late to be seen", 122, 40, ageSeconds: 100);

        Assert.Equal((40, false), (_state.Waiting[^1].UsedPercentage, _state.Waiting[^1].Fresh));
    }

    [Fact]
    public void Note_SessionAfterSoManyThatSomeWereForgotten_IsNotSurelyFresh()
    {
        for (var i = 0; i <= LimitObservations.MaxSessions; i++)
        {
            Note($"s{i}", i * 61, 50 + i);
        }

        Assert.True(_state.Waiting[^2].Fresh);
        Assert.False(_state.Waiting[^1].Fresh);
    }

    private (bool Changed, bool Recorded) Note(string session, int seconds, double used, int? ageSeconds = null) => LimitObservations.Note(
        _state,
        session,
        [new LimitWindow("five_hour", used, s_start.AddHours(5))],
        () => "account-1",
        s_start.AddSeconds(seconds),
        ageSeconds is { } age ? TimeSpan.FromSeconds(age) : null);
}
