using Ccflux.Contracts.Usage;
using Ccflux.Hook.Transcript;
using Ccflux.Testing;
using Xunit;

namespace Ccflux.Hook.Tests.Transcript;

/// <summary>Turns as they grow: what a scan reports after each step.</summary>
public sealed class ScanTests : IDisposable
{
    private readonly SessionFolder _folder = new();

    [Fact]
    public void LaterRows_ReportTheirTurnAgainWhole()
    {
        _folder.Append(_folder.MainPath(), TranscriptLines.Prompt(0, "p0"), TranscriptLines.Message(1, "m1", stop: "tool_use"));
        var first = _folder.Scan();
        _folder.Append(_folder.MainPath(), TranscriptLines.ToolResult(2), TranscriptLines.Message(3, "m2", output: 5));

        var second = _folder.Scan(first.Next);

        Assert.Equal((TurnOutcome.Interrupted, 20L, 1), Figures(Assert.Single(first.Turns)));
        Assert.Equal((TurnOutcome.Completed, 25L, 2), Figures(Assert.Single(second.Turns)));
        Assert.Empty(_folder.Scan(second.Next).Turns);
    }

    [Fact]
    public void SameState_GivesTheSameTurns()
    {
        _folder.Append(_folder.MainPath(), TranscriptLines.Prompt(0, "p0"), TranscriptLines.Message(1, "m1"));
        var committed = _folder.Scan().Next;
        _folder.Append(_folder.MainPath(), TranscriptLines.Prompt(10, "p1"), TranscriptLines.Message(11, "m2"));

        var once = _folder.Scan(committed);
        var again = _folder.Scan(TranscriptState.Read(committed.Write()));

        Assert.Equal([1], once.Turns.Select(turn => turn.TurnIndex));
        Assert.Equivalent(once.Turns, again.Turns, strict: true);
        Assert.Equal(once.Next.Write(), again.Next.Write());
    }

    [Fact]
    public void RowsOfOneMessage_CountOnce_TheLargerOutputWhole()
    {
        _folder.Append(
            _folder.MainPath(),
            TranscriptLines.Prompt(0, "p0"),
            TranscriptLines.Message(1, "m1", input: 900, output: 2, stop: null),
            TranscriptLines.Message(2, "m1", input: 10, output: 40));
        var first = _folder.Scan();
        _folder.Append(_folder.MainPath(), TranscriptLines.Message(3, "m1", input: 800, output: 39));

        var usage = Assert.Single(Assert.Single(_folder.Scan(first.Next).Turns).Models).Value;

        Assert.Equal((10L, 40L, 1, false), (usage.InputTokens, usage.OutputTokens, usage.Messages, usage.Partial));
    }

    [Fact]
    public void UnfinishedLine_WaitsForItsEnd()
    {
        var message = TranscriptLines.Message(1, "m1");
        _folder.Append(_folder.MainPath(), TranscriptLines.Prompt(0, "p0"));
        _folder.AppendRaw(_folder.MainPath(), message[..^40]);
        var first = _folder.Scan();
        _folder.AppendRaw(_folder.MainPath(), message[^40..] + "\n");

        var second = _folder.Scan(first.Next);

        Assert.Empty(Assert.Single(first.Turns).Models);
        Assert.Equal(0, first.MalformedLines);
        Assert.Equal((TurnOutcome.Completed, 20L, 1), Figures(Assert.Single(second.Turns)));
    }

    [Fact]
    public void ReplacedFile_IsReadAnew()
    {
        _folder.Append(_folder.MainPath(), TranscriptLines.Prompt(0, "p0"), TranscriptLines.Message(1, "m1"));
        var first = _folder.Scan();
        File.Delete(_folder.MainPath());
        _folder.Append(_folder.MainPath(), TranscriptLines.Prompt(5, "q0"), TranscriptLines.Message(6, "n1", output: 7), TranscriptLines.Prompt(8, "q1"));

        var second = _folder.Scan(first.Next);

        Assert.Equal([(TurnOutcome.Completed, 7L, 1), (TurnOutcome.Interrupted, 0L, 0)], second.Turns.Select(Figures));
    }

    [Fact]
    public void ShrunkFile_IsReadAnew()
    {
        _folder.Append(_folder.MainPath(), TranscriptLines.Prompt(0, "p0"), TranscriptLines.Message(1, "m1"), TranscriptLines.Prompt(5, "p1"));
        var first = _folder.Scan();
        File.WriteAllText(_folder.MainPath(), TranscriptLines.Prompt(0, "p0") + "\n");

        Assert.Equal([0], _folder.Scan(first.Next).Turns.Select(turn => turn.TurnIndex));
    }

    [Fact]
    public void LocalCommandsMetaRowsAndInterrupts_StartNoTurn()
    {
        _folder.Append(
            _folder.MainPath(),
            TranscriptLines.Prompt(0, "p0"),
            TranscriptLines.Message(1, "m1", stop: "tool_use"),
            TranscriptLines.Interrupt(2),
            TranscriptLines.Prompt(3, "c1", "<command-name>/compact</command-name>"),
            TranscriptLines.Prompt(4, "c2", "<local-command-stdout>Compacted"),
            TranscriptLines.Prompt(5, "c3", "<bash-input>ls</bash-input>"),
            TranscriptLines.Prompt(6, "c4", "meta").Replace("\"type\":\"user\"", "\"isMeta\":true,\"type\":\"user\"", StringComparison.Ordinal),
            TranscriptLines.Prompt(7, "c5", "<command-message>review</command-message>"),
            TranscriptLines.Message(8, "m2"));

        var turns = _folder.Scan().Turns;

        Assert.Equal([(TurnOutcome.Interrupted, 20L, 1), (TurnOutcome.Completed, 20L, 1)], turns.Select(Figures));
        Assert.Equal(TranscriptLines.Start.AddSeconds(2), turns[0].EndedUtc);
        Assert.Equal(TranscriptLines.Start.AddSeconds(7), turns[1].StartedUtc);
    }

    [Fact]
    public void Prompt_IsATurnBeforeItsAnswer()
    {
        _folder.Append(_folder.MainPath(), TranscriptLines.Enqueue(-1), TranscriptLines.Prompt(0, "p0"));

        var turn = Assert.Single(_folder.Scan().Turns);

        Assert.Equal(TurnOutcome.Interrupted, turn.Outcome);
        Assert.Equal(TranscriptLines.Start.AddSeconds(-1), turn.SessionStartUtc);
    }

    [Fact]
    public void FinalRefusal_FailsTheTurn_AndNamesTheLimitOfTheRetry()
    {
        _folder.Append(_folder.MainPath(), TranscriptLines.Prompt(0, "p0"), TranscriptLines.Retry(1, "seven_day"), TranscriptLines.Failure(2, "f1"));

        var turn = Assert.Single(_folder.Scan().Turns);

        Assert.Equal((TurnOutcome.Failed, 0L, 0), Figures(turn));
        Assert.Equal([("seven_day", false), ("seven_day", true)], turn.LimitEvents!.Select(limit => (limit.Window!, limit.Final)));
    }

    [Fact]
    public void FinalRefusal_WithoutARetry_NamesNoWindow()
    {
        _folder.Append(_folder.MainPath(), TranscriptLines.Prompt(0, "p0"), TranscriptLines.Failure(2, "f1"));

        var limit = Assert.Single(Assert.Single(_folder.Scan().Turns).LimitEvents!);

        Assert.Equal((null, null, true), (limit.Window, limit.ResetsAtUtc, limit.Final));
    }

    [Fact]
    public void OtherRefusal_IsNoLimit()
    {
        _folder.Append(_folder.MainPath(), TranscriptLines.Prompt(0, "p0"), TranscriptLines.Failure(2, "f1", "server_error"));

        var turn = Assert.Single(_folder.Scan().Turns);

        Assert.Equal(TurnOutcome.Failed, turn.Outcome);
        Assert.Null(turn.LimitEvents);
    }

    [Fact]
    public void LargePromptsFastAnswersAndHourCache_AreSummedApart()
    {
        _folder.Append(
            _folder.MainPath(),
            TranscriptLines.Prompt(0, "p0"),
            TranscriptLines.Message(1, "m1", input: 1, output: 2, cacheRead: 3, cacheWrite: 100_000, cacheWrite1h: 60_000),
            TranscriptLines.Message(2, "m2", input: 10, output: 20, cacheRead: 250_000, speed: "fast"),
            TranscriptLines.Message(3, "m3", input: 100_000, output: 5));

        var usage = Assert.Single(Assert.Single(_folder.Scan().Turns).Models).Value;

        Assert.Equal((3, 60_000L), (usage.Messages, usage.CacheWrite1hTokens));
        Assert.Equal(new TokenCounts { InputTokens = 11, OutputTokens = 22, CacheReadTokens = 250_003, CacheWriteTokens = 100_000, CacheWrite1hTokens = 60_000 }, usage.Over100k);
        Assert.Equal(new TokenCounts { InputTokens = 10, OutputTokens = 20, CacheReadTokens = 250_000 }, usage.Over200k);
        Assert.Equal(usage.Over200k, usage.Fast);
    }

    [Fact]
    public void LateSubagent_IsReportedWithTheTurnThatCalledIt()
    {
        _folder.Append(
            _folder.MainPath(),
            TranscriptLines.Prompt(0, "p0"),
            TranscriptLines.Message(1, "m1", agentCall: "toolu_a"),
            TranscriptLines.Prompt(10, "p1"),
            TranscriptLines.Message(11, "m2"));
        var first = _folder.Scan();
        _folder.AddAgent("x", "toolu_a", TranscriptLines.Message(20, "a1", output: 100, model: "claude-haiku-5-5", sidechain: true));

        var turn = Assert.Single(_folder.Scan(first.Next).Turns);

        Assert.Equal(0, turn.TurnIndex);
        Assert.Equal(["claude-haiku-5-5", "claude-opus-5-5"], turn.Models.Keys);
        Assert.Equal(110, turn.Models["claude-haiku-5-5"].SubagentTokens);
        Assert.Equal(TranscriptLines.Start.AddSeconds(20), turn.EndedUtc);
        Assert.Equal(TurnOutcome.Completed, turn.Outcome);
    }

    [Fact]
    public void SubagentWithoutMeta_BelongsToTheTurnOfItsTime()
    {
        _folder.Append(_folder.MainPath(), TranscriptLines.Prompt(0, "p0"), TranscriptLines.Prompt(10, "p1"), TranscriptLines.Prompt(20, "p2"));
        _folder.AddAgent("x", call: null, TranscriptLines.Message(12, "a1", sidechain: true), TranscriptLines.Message(25, "a2", sidechain: true));

        Assert.Equal([0, 2, 0], _folder.Scan().Turns.Select(turn => turn.Models.Values.Sum(model => model.Messages)));
    }

    [Fact]
    public void SubagentSeenBeforeItsCall_MovesToTheTurnOfTheCall()
    {
        _folder.Append(_folder.MainPath(), TranscriptLines.Prompt(0, "p0"), TranscriptLines.Message(1, "m1"));
        _folder.AddAgent("x", "toolu_a", TranscriptLines.Message(12, "a1", output: 100, sidechain: true));
        var first = _folder.Scan();
        _folder.Append(_folder.MainPath(), TranscriptLines.Prompt(10, "p1"), TranscriptLines.Message(11, "m2", agentCall: "toolu_a"));

        var second = _folder.Scan(first.Next);

        Assert.Equal([2], first.Turns.Select(turn => turn.Models.Values.Sum(model => model.Messages)));
        Assert.Equal([1, 2], second.Turns.Select(turn => turn.Models.Values.Sum(model => model.Messages)));
    }

    [Fact]
    public void RowOfATurnLongPast_IsStillCounted()
    {
        _folder.Append(_folder.MainPath(), TranscriptLines.Prompt(0, "p0"), TranscriptLines.Message(1, "m1", agentCall: "toolu_a"));
        for (var turn = 1; turn < 60; turn++)
        {
            _folder.Append(_folder.MainPath(), TranscriptLines.Prompt(turn * 10, $"p{turn}"), TranscriptLines.Message((turn * 10) + 1, $"n{turn}"));
        }

        var first = _folder.Scan();
        _folder.AddAgent("x", "toolu_a", TranscriptLines.Message(700, "a1", output: 100, sidechain: true));
        _folder.Append(_folder.MainPath(), TranscriptLines.Message(701, "n3", output: 90));

        var second = _folder.Scan(first.Next);

        Assert.Equal(60, first.Turns.Count);
        Assert.Equal([(0, 120L), (3, 90L)], second.Turns.Where(turn => turn.TurnIndex < 50).Select(turn => (turn.TurnIndex, Figures(turn).Output)));
    }

    [Fact]
    public void RowOfAMessageLongPast_ReplacesItsFigures()
    {
        _folder.Append(_folder.MainPath(), TranscriptLines.Prompt(0, "p0"));
        _folder.Append(_folder.MainPath(), [.. Enumerable.Range(0, 1500).Select(i => TranscriptLines.Message(i + 1, $"m{i}", output: 1))]);
        var first = _folder.Scan();
        _folder.Append(_folder.MainPath(), TranscriptLines.Message(2000, "m7", output: 100));

        var turn = Assert.Single(_folder.Scan(first.Next).Turns);

        Assert.Equal((TurnOutcome.Completed, 1599L, 1500), Figures(turn));
    }

    [Fact]
    public void State_StaysSmall_AndScansReadOnlyWhatIsNew()
    {
        for (var turn = 0; turn < 3000; turn++)
        {
            _folder.Append(_folder.MainPath(), TranscriptLines.Prompt(turn * 10, $"p{turn}"), TranscriptLines.Message((turn * 10) + 1, $"n{turn}"));
        }

        var committed = _folder.Scan().Next;
        var line = TranscriptLines.Prompt(40_000, "last");
        _folder.Append(_folder.MainPath(), line);

        var scan = _folder.Scan(committed);

        Assert.Equal(3000, Assert.Single(scan.Turns).TurnIndex);
        Assert.Equal(line.Length + 1, scan.BytesRead);
        Assert.InRange(scan.Next.Write().Length, 1, 100_000);
    }

    [Fact]
    public void Change_IsToldByLengthAlone()
    {
        _folder.Append(_folder.MainPath(), TranscriptLines.Prompt(0, "p0"));
        var state = _folder.Scan().Next;
        var session = SessionCatalog.Find(_folder.MainPath());

        Assert.True(TranscriptScanner.HasChanged(session, committed: null));
        Assert.False(TranscriptScanner.HasChanged(session, state));
        _folder.AppendRaw(_folder.MainPath(), "{");
        Assert.True(TranscriptScanner.HasChanged(session, state));
        Assert.False(TranscriptScanner.HasChanged(session, _folder.Scan(state).Next));
    }

    [Fact]
    public void OffsetOfCcflux01_IsIgnored() =>
        Assert.Null(TranscriptState.Read("""{"line":12,"turn":3,"session_start":"2026-11-20T09:00:00Z","closed":false}"""u8));

    [Fact]
    public void DamagedState_IsIgnored()
    {
        _folder.Append(_folder.MainPath(), TranscriptLines.Prompt(0, "p0"));
        var bytes = _folder.Scan().Next.Write();
        bytes[^1] ^= 1;

        Assert.Null(TranscriptState.Read(bytes));
        Assert.Null(TranscriptState.Read(bytes.AsSpan(0, 10)));
    }

    public void Dispose() => _folder.Dispose();

    private static (string Outcome, long Output, int Messages) Figures(TurnReport turn) =>
        (turn.Outcome, turn.Models.Values.Sum(model => model.OutputTokens), turn.Models.Values.Sum(model => model.Messages));
}
