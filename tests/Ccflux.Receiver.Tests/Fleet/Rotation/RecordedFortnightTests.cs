using Ccflux.Lab.Rotation;

namespace Ccflux.Receiver.Tests.Fleet.Rotation;

/// <summary>Estimates from readings and requests, compared with accounts whose sizes are known.</summary>
public sealed class RecordedFortnightTests
{
    private static readonly DateTimeOffset s_from = new(2026, 11, 2, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Fortnight_OfReadingsAndRequests_HasTheSizesAndResetsThatWereThere()
    {
        var (first, firstWork) = RecordedHistory.Play("seat 1", s_from, new SimulatedAccount(400, 2000, 30 * SimulatedAccount.Hour, 500), 35, 9, 17);
        var (second, secondWork) = RecordedHistory.Play("seat 2", s_from, new SimulatedAccount(250, 2000, 100 * SimulatedAccount.Hour, 0), 20, 10, 16);

        var recorded = RecordedFortnight.Of(s_from, [first, second], [firstWork, secondWork], out _)!;

        var accounts = recorded.Scenario.Accounts;
        Assert.Equal([30, 100], accounts.Select(account => account.ResetsAtHour));
        Assert.All(accounts, account => Assert.InRange(account.SevenDay, 1900, 2100));
        Assert.InRange(accounts[0].FiveHour, 380, 420);
        Assert.InRange(accounts[1].FiveHour, 235, 265);
        Assert.InRange(accounts[0].Used, 475, 525);
        Assert.Equal(0, accounts[1].Used);
        Assert.Equal(14 * ((35 * 8) + (20 * 6)), recorded.Scenario.Demand.Sum(work => work.RequestsPerHour));
        Assert.Contains(recorded.Scenario.Demand, work => work is { ConfigDir: 1, FromHour: 15, ToHour: 16, RequestsPerHour: 20, Days: [13] });
    }

    [Fact]
    public void Fortnight_WithoutRequests_TakesThemFromWhatReadingsRoseBy()
    {
        var (account, _) = RecordedHistory.Play("seat 1", s_from, new SimulatedAccount(400, 2400, 30 * SimulatedAccount.Hour, 0), 40, 9, 17);

        var recorded = RecordedFortnight.Of(s_from, [account], [], out _)!;

        Assert.InRange(recorded.Scenario.Demand.Sum(work => work.RequestsPerHour), 14 * 320 * 0.95, 14 * 320 * 1.02);
        Assert.All(recorded.Scenario.Demand, work => Assert.InRange(work.FromHour, 9, 17));
        Assert.Contains("No requests were reported", Assert.Single(recorded.Notes), StringComparison.Ordinal);
    }

    [Fact]
    public void Account_ReadTooRarely_IsLeftOutAndNamed()
    {
        var (account, work) = RecordedHistory.Play("seat 1", s_from, new SimulatedAccount(400, 2400, 30 * SimulatedAccount.Hour, 0), 40, 9, 17);
        var rare = account with { Label = "seat 2", SevenDay = [.. account.SevenDay.Where(reading => reading.At < s_from.AddDays(3))] };
        var endless = account with { Label = "seat 3", SevenDay = [.. account.SevenDay.Select(reading => reading with { ResetsAt = null })] };

        var recorded = RecordedFortnight.Of(s_from, [account, rare, endless], [work], out _)!;

        Assert.Equal("seat 1", Assert.Single(recorded.Scenario.Accounts).Label);
        Assert.Contains("seat 2 is left out: read on 3 of the 14 days.", recorded.Notes);
        Assert.Contains("seat 3 is left out: no reading says when a week ends.", recorded.Notes);
        Assert.Null(RecordedFortnight.Of(s_from, [rare], [work], out var fault));
        Assert.Contains("10 of the 14 days", fault, StringComparison.Ordinal);
        Assert.Contains("seat 2: read on 3", fault, StringComparison.Ordinal);
    }

    [Fact]
    public void Fortnight_WithTooLittle_SaysWhatIsMissing()
    {
        var (idle, work) = RecordedHistory.Play("seat 1", s_from, new SimulatedAccount(400, 2400, 30 * SimulatedAccount.Hour, 0), 0, 9, 17);

        Assert.Null(RecordedFortnight.Of(s_from, [], [work], out var none));
        Assert.Null(RecordedFortnight.Of(s_from, [idle], [work], out var little));
        Assert.Contains("no account was polled", none, StringComparison.Ordinal);
        Assert.Contains("must have risen by 5 % in all", little, StringComparison.Ordinal);
    }
}
