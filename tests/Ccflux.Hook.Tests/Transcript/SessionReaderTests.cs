using System.Text;
using Ccflux.Contracts.Usage;
using Ccflux.Hook.Transcript;
using Ccflux.Testing;
using Xunit;

namespace Ccflux.Hook.Tests.Transcript;

/// <summary>Turns and requests as they grow: what a reading finds after each step.</summary>
public sealed class SessionReaderTests : IDisposable
{
    private readonly SessionFolder _folder = new();

    [Fact]
    public void LaterRows_TellOfTheirTurnAgain_AndOfNewRequestsOnly()
    {
        _folder.Append(_folder.MainPath(), TranscriptLines.Prompt(0, "p0"), TranscriptLines.Message(1, "m1", stop: "tool_use"));
        var first = _folder.Read();
        _folder.Append(_folder.MainPath(), TranscriptLines.ToolResult(2), TranscriptLines.Message(3, "m2", output: 5));

        var second = _folder.Read(SessionProgress.Read(first.Next.Write()));

        Assert.Equal((TurnOutcome.Interrupted, 0.0, 1.0), Turn(Assert.Single(first.Turns)));
        Assert.Equal((TurnOutcome.Completed, 0.0, 3.0), Turn(Assert.Single(second.Turns)));
        Assert.Equal((1, 5L), SessionFolder.Total(second.Requests));
        Assert.All(first.Turns.Concat(second.Turns), turn => Assert.Equal(LedgerKey.OfTurn("p0"u8), turn.Key));
        Assert.All(first.Requests.Concat(second.Requests), request => Assert.Equal(LedgerKey.OfTurn("p0"u8), request.Turn));
        Assert.True(_folder.Read(second.Next).IsEmpty);
        Assert.Equal(second.Next.Write(), _folder.Read(second.Next).Next.Write());
    }

    [Fact]
    public void Request_HasAllThatItsRowsTell()
    {
        _folder.Append(
            _folder.MainPath(),
            TranscriptLines.Prompt(0, "p0"),
            TranscriptLines.Message(1, "m1", input: 900, output: 2, stop: null),
            TranscriptLines.Message(2, "m1", input: 10, output: 40, cacheRead: 3, cacheWrite: 9, cacheWrite1h: 4, speed: "fast"),
            TranscriptLines.Message(3, "m1", input: 800, output: 39));

        var request = Assert.Single(_folder.Read().Requests);

        Assert.Equal(LedgerKey.OfRequest("req_m1"u8), request.Key);
        Assert.Equal((Ms(1), "s", false, RequestOrigin.Main), (request.AtMs, request.Session, request.OwnSession, request.Origin));
        Assert.Equal((10L, 40L, 3L, 9L, 4L), (request.Usage.Input, request.Usage.Output, request.Usage.CacheRead, request.Usage.CacheWrite, request.Usage.CacheWrite1h));
        Assert.Equal((true, true, false), (request.Usage.Fast, request.Usage.Split, request.Usage.Partial));
        Assert.Equal("sdk-cli", _folder.Read().Next.Entrypoint);
        Assert.Equal("2.1.329", _folder.Read().ClaudeCodeVersion);
    }

    [Fact]
    public void UnfinishedLine_WaitsForItsEnd()
    {
        var message = TranscriptLines.Message(1, "m1");
        _folder.Append(_folder.MainPath(), TranscriptLines.Prompt(0, "p0"));
        _folder.AppendRaw(_folder.MainPath(), message[..^40]);
        var first = _folder.Read();
        _folder.AppendRaw(_folder.MainPath(), message[^40..] + "\n");

        var second = _folder.Read(first.Next);

        Assert.Empty(first.Requests);
        Assert.Equal(0, first.Faults.PassedOver);
        Assert.Equal((1, 20L), SessionFolder.Total(second.Requests));
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

        Assert.Equal([(TurnOutcome.Interrupted, 0, 2), (TurnOutcome.Completed, 7, 8)], _folder.Read().Turns.Select(Turn));
    }

    [Fact]
    public void Prompt_IsATurnBeforeItsAnswer()
    {
        _folder.Append(_folder.MainPath(), TranscriptLines.Enqueue(-1), TranscriptLines.Prompt(0, "p0"));

        Assert.Equal((TurnOutcome.Interrupted, 0.0, 0.0), Turn(Assert.Single(_folder.Read().Turns)));
    }

    [Fact]
    public void FinalRefusal_FailsTheTurn_AndNamesTheLimitOfTheRetry()
    {
        _folder.Append(_folder.MainPath(), TranscriptLines.Prompt(0, "p0"), TranscriptLines.Retry(1, "seven_day"));
        var first = _folder.Read();
        _folder.Append(_folder.MainPath(), TranscriptLines.Failure(2, "f1"));

        var second = _folder.Read(SessionProgress.Read(first.Next.Write()));

        Assert.Equal(TurnOutcome.Failed, Assert.Single(second.Turns).Outcome);
        Assert.Empty(second.Requests);
        var turn = LedgerKey.OfTurn("p0"u8);
        Assert.Equal(
            [new LimitReading(turn, Ms(1), "seven_day", 1_795_252_208_000, false), new LimitReading(turn, Ms(2), "seven_day", 1_795_252_208_000, true)], first.Limits.Concat(second.Limits));
    }

    [Fact]
    public void FinalRefusal_WithoutARetry_NamesNoWindow()
    {
        _folder.Append(_folder.MainPath(), TranscriptLines.Prompt(0, "p0"), TranscriptLines.Retry(1), TranscriptLines.Prompt(2, "p1"), TranscriptLines.Failure(3, "f1"));

        Assert.Equal(new LimitReading(LedgerKey.OfTurn("p1"u8), Ms(3), null, 0, true), _folder.Read().Limits[^1]);
    }

    [Fact]
    public void ManyRetries_KeepTheLatest()
    {
        _folder.Append(_folder.MainPath(), [TranscriptLines.Prompt(0, "p0"), .. Enumerable.Range(1, 100).Select(at => TranscriptLines.Retry(at)), TranscriptLines.Failure(101, "f1")]);

        var limits = _folder.Read().Limits;

        Assert.Equal((ReportLimits.MaxLimitEvents, Ms(101), true), (limits.Count, limits[^1].AtMs, limits[^1].Final));
        Assert.Equal(Ms(82), limits[0].AtMs);
    }

    [Fact]
    public void OtherRefusal_IsNoLimit()
    {
        _folder.Append(_folder.MainPath(), TranscriptLines.Prompt(0, "p0"), TranscriptLines.Failure(2, "f1", "server_error"));

        Assert.Equal(TurnOutcome.Failed, Assert.Single(_folder.Read().Turns).Outcome);
        Assert.Empty(_folder.Read().Limits);
    }

    [Fact]
    public void Subagent_BelongsToTheTurnOfItsPrompt_WhateverTurnIsInProgress()
    {
        _folder.Append(
            _folder.MainPath(), TranscriptLines.WithPrompt(TranscriptLines.Prompt(0, "p0"), "pid0"), TranscriptLines.Message(1, "m1"), TranscriptLines.WithPrompt(TranscriptLines.Prompt(10, "p1"), "pid1"), TranscriptLines.Message(11, "m2"));
        var first = _folder.Read();
        _folder.Append(
            _folder.AgentPath("x"), TranscriptLines.WithPrompt(Side(TranscriptLines.Prompt(19, "a0")), "pid0"), TranscriptLines.Message(20, "a1", output: 100, model: "claude-haiku-5-5", sidechain: true));

        var second = _folder.Read(SessionProgress.Read(first.Next.Write()));

        var request = Assert.Single(second.Requests);
        Assert.Equal((LedgerKey.OfTurn("p0"u8), RequestOrigin.Subagent, 100L), (request.Turn, request.Origin, request.Usage.Output));
        Assert.Equal((TurnOutcome.Completed, 0.0, 20.0), Turn(Assert.Single(second.Turns)));
        Assert.Equal([[LedgerKeyConverter.Text(LedgerKey.OfPrompt("pid0"u8))], [LedgerKeyConverter.Text(LedgerKey.OfPrompt("pid1"u8))]], first.Turns.Select(turn => turn.Prompts!));
        Assert.Null(second.Turns[0].Prompts);
    }

    [Fact]
    public void SubagentWithoutAPromptId_BelongsToTheTurnOfItsTime()
    {
        _folder.Append(_folder.MainPath(), TranscriptLines.Prompt(0, "p0"), TranscriptLines.Prompt(10, "p1"), TranscriptLines.Prompt(20, "p2"));
        _folder.Append(_folder.AgentPath("x"), TranscriptLines.Message(12, "a1", sidechain: true), TranscriptLines.Message(25, "a2", sidechain: true));
        _folder.Append(_folder.AgentPath("warm-up"), TranscriptLines.Message(-1, "w", sidechain: true));

        Assert.Equal(
            new Dictionary<string, long>(StringComparer.Ordinal) { ["12"] = LedgerKey.OfTurn("p1"u8), ["25"] = LedgerKey.OfTurn("p2"u8), ["-1"] = LedgerKey.OfTurn("p0"u8) },
            _folder.Read().Requests.ToDictionary(request => $"{(request.AtMs - Ms(0)) / 1000}", request => request.Turn));
    }

    [Fact]
    public void SubagentThatWasReadBeforeAnyPrompt_IsReadAgainWithIt()
    {
        _folder.Append(_folder.MainPath(), TranscriptLines.Enqueue(-2));
        _folder.Append(_folder.AgentPath("warm-up"), TranscriptLines.Message(-1, "w", sidechain: true));
        var first = _folder.Read();
        _folder.Append(_folder.MainPath(), TranscriptLines.Prompt(0, "p0"));

        var second = _folder.Read(SessionProgress.Read(first.Next.Write()));

        Assert.Equal(0, Assert.Single(first.Requests).Turn);
        Assert.Equal(LedgerKey.OfTurn("p0"u8), Assert.Single(second.Requests).Turn);
        Assert.Empty(_folder.Read(second.Next).Requests);
    }

    [Fact]
    public void PromptIdOfAFork_IsThatOfItsLastTurn()
    {
        _folder.Append(
            _folder.MainPath(),
            TranscriptLines.WithPrompt(TranscriptLines.Prompt(0, "p0"), "pid"), TranscriptLines.Message(1, "m1"), TranscriptLines.WithPrompt(TranscriptLines.Prompt(10, "p1"), "pid"), TranscriptLines.Message(11, "m2"));

        Assert.Equal([null, LedgerKeyConverter.Text(LedgerKey.OfPrompt("pid"u8))], _folder.Read().Turns.Select(turn => turn.Prompts?.Single()));
    }

    [Fact]
    public void SilentRows_LeaveNoTrace_AndTheTurnGoesOn()
    {
        _folder.Append(
            _folder.MainPath(),
            TranscriptLines.Prompt(0, "p0"), TranscriptLines.Message(1, "m1", stop: "tool_use"), TranscriptLines.Message(10, "m2"), TranscriptLines.Prompt(11, "p1"), TranscriptLines.Message(20, "m3"), TranscriptLines.Prompt(12, "p2"), TranscriptLines.Message(13, "m4"));

        var reading = _folder.Read(isSilent: at => at >= Ms(5) && at < Ms(15));

        Assert.Equal([Ms(1), Ms(20)], reading.Requests.Select(request => request.AtMs));
        Assert.Equal([(TurnOutcome.Interrupted, 0, 1), (TurnOutcome.Completed, 20, 20)], reading.Turns.Select(Turn));
        Assert.Equal([LedgerKey.OfTurn("p0"u8), LedgerKey.OfTurn("p1"u8)], reading.Turns.Select(turn => turn.Key));
        Assert.Equal(4, reading.SilentRows);
    }

    [Fact]
    public void ResumedSession_HasOnlyWhatCameAfterwards()
    {
        _folder.Append(_folder.MainPath(), TranscriptLines.Prompt(0, "p0"), TranscriptLines.Message(1, "m1"));
        _folder.Append(_folder.AgentPath("x"), TranscriptLines.Message(2, "a1", sidechain: true));
        var length = new FileInfo(_folder.MainPath()).Length;
        _folder.Append(_folder.MainPath(), TranscriptLines.Message(101, "m2", output: 5));
        _folder.Append(_folder.AgentPath("x"), TranscriptLines.Message(102, "a2", output: 6, sidechain: true));
        var state = SessionProgress.Resumed(SessionReader.NameOf(_folder.MainPath(), _folder.ConfigDir), length, Ms(100));

        var first = _folder.Read(SessionProgress.Read(state.Write()));
        // The file is cut in front: its rows are told by their times then.
        var rest = File.ReadAllLines(_folder.MainPath())[1..];
        File.Delete(_folder.MainPath());
        _folder.Append(_folder.MainPath(), [.. rest, TranscriptLines.Message(103, "m3", output: 7)]);
        var second = _folder.Read(SessionProgress.Read(first.Next.Write()));

        Assert.Equal([5, 6], first.Requests.Select(request => request.Usage.Output));
        Assert.All(first.Requests, request => Assert.Equal(LedgerKey.OfTurn("p0"u8), request.Turn));
        Assert.Equal((TurnOutcome.Completed, 101.0, 102.0), Turn(Assert.Single(first.Turns)));
        Assert.Equal([5, 7], second.Requests.Select(request => request.Usage.Output));
    }

    [Theory]
    [InlineData(1, 6)] // from the front
    [InlineData(2, 5)]
    [InlineData(4, 5)] // in the middle
    [InlineData(0, 0)] // rewritten whole
    public void CutTranscript_IsReadAgain_WithTheSameRequestsAndTurns(int first, int last)
    {
        string[] rows =
        [
            TranscriptLines.Prompt(0, "p0"), TranscriptLines.Message(1, "m1"), TranscriptLines.Message(2, "m2"), TranscriptLines.Prompt(3, "p1"), TranscriptLines.Message(4, "m3"),
            TranscriptLines.Prompt(5, "p2"), TranscriptLines.Message(6, "m4"),
        ];
        _folder.Append(_folder.MainPath(), rows);
        var whole = _folder.Read();
        var kept = last == 0 ? rows.Select(row => row.Replace(",\"", ", \"", StringComparison.Ordinal)) : first == 1 || first == 2 ? rows[first..] : [.. rows[..first], .. rows[last..]];
        File.Delete(_folder.MainPath());
        _folder.Append(_folder.MainPath(), [.. kept, TranscriptLines.Message(7, "m5", output: 5)]);

        var reading = _folder.Read(SessionProgress.Read(whole.Next.Write()));

        Assert.Equal(25, SessionFolder.Output(reading.Requests.Where(request => request.AtMs >= Ms(6))));
        var known = whole.Requests.ToDictionary(request => request.Key, request => (request.Turn, request.AtMs));
        Assert.All(reading.Requests.Where(request => request.AtMs < Ms(7)), request => Assert.Equal(known[request.Key].AtMs, request.AtMs));
        Assert.All(reading.Requests.Where(request => request.AtMs < Ms(7) && request.Turn != 0), request => Assert.Equal(known[request.Key].Turn, request.Turn));
        Assert.Equal(LedgerKey.OfTurn("p2"u8), reading.Requests.Single(request => request.AtMs == Ms(7)).Turn);
    }

    [Fact]
    public void MovedTranscript_IsReadOn()
    {
        _folder.Append(_folder.MainPath(), TranscriptLines.Prompt(0, "p0"), TranscriptLines.Message(1, "m1"));
        var first = _folder.Read();
        var moved = Path.Combine(_folder.ConfigDir, "projects", "-elsewhere", "s.jsonl");
        Directory.CreateDirectory(Path.GetDirectoryName(moved)!);
        File.Move(_folder.MainPath(), moved);
        _folder.Append(moved, TranscriptLines.Message(2, "m2", output: 5));

        var second = new SessionReader(new SessionPaths("s", [moved], []), _folder.ConfigDir, first.Next, _ => false).Run();

        Assert.Equal((1, 5L), SessionFolder.Total(second.Requests));
        Assert.Equal(moved, Path.Combine(_folder.ConfigDir, Assert.Single(second.Next.Files).Name));
    }

    [Fact]
    public void OlderCopyOfATranscript_SaysNothingOfTheTurnsEnd()
    {
        string[] rows = [TranscriptLines.Prompt(0, "p0"), TranscriptLines.Message(1, "m1", stop: "tool_use"), TranscriptLines.Message(2, "m2")];
        var copy = Path.Combine(_folder.ConfigDir, "projects", "-old", "s.jsonl");
        _folder.Append(_folder.MainPath(), rows);
        _folder.Append(copy, rows[..2]);

        var reading = new SessionReader(new SessionPaths("s", [_folder.MainPath(), copy], []), _folder.ConfigDir, null, _ => false).Run();

        Assert.Equal((TurnOutcome.Completed, 0.0, 2.0), Turn(Assert.Single(reading.Turns)));
        Assert.Equal((2, 40L), SessionFolder.Total(reading.Requests));
    }

    [Fact]
    public void State_StaysSmall_AndReadingsReadOnlyWhatIsNew()
    {
        for (var turn = 0; turn < 1000; turn++)
        {
            _folder.Append(_folder.MainPath(), TranscriptLines.WithPrompt(TranscriptLines.Prompt(turn * 10, $"p{turn}"), $"pid{turn}"), TranscriptLines.Message((turn * 10) + 1, $"n{turn}"));
        }

        var known = _folder.Read().Next;
        var line = TranscriptLines.Prompt(40_000, "last");
        _folder.Append(_folder.MainPath(), line);

        var reading = _folder.Read(known);

        Assert.Equal(LedgerKey.OfTurn("last"u8), Assert.Single(reading.Turns).Key);
        Assert.Equal(line.Length + 1, reading.BytesRead);
        Assert.InRange(reading.Next.Write().Length, 1, 20_000);
    }

    [Fact]
    public void State_HoldsNoIdsAndNoContent()
    {
        _folder.Append(_folder.MainPath(), TranscriptLines.Prompt(0, "p0-uuid", "a secret"), TranscriptLines.Message(1, "msg_01secret"));

        var written = Encoding.Latin1.GetString(_folder.Read().Next.Write());

        Assert.DoesNotContain("secret", written, StringComparison.Ordinal);
        Assert.DoesNotContain("uuid", written, StringComparison.Ordinal);
    }

    [Fact]
    public void Change_IsToldByLengthAlone()
    {
        _folder.Append(_folder.MainPath(), TranscriptLines.Prompt(0, "p0"));
        var state = _folder.Read().Next;

        Assert.False(SessionReader.HasChanged(_folder.Paths(), _folder.ConfigDir, state));
        _folder.AppendRaw(_folder.MainPath(), "{");
        Assert.True(SessionReader.HasChanged(_folder.Paths(), _folder.ConfigDir, state));
        Assert.False(SessionReader.HasChanged(_folder.Paths(), _folder.ConfigDir, _folder.Read(state).Next));
    }

    [Fact]
    public void OtherStates_AreIgnored()
    {
        _folder.Append(_folder.MainPath(), TranscriptLines.Prompt(0, "p0"));
        var bytes = _folder.Read().Next.Write();
        Assert.NotNull(SessionProgress.Read(bytes));
        bytes[^1] ^= 1;

        Assert.Null(SessionProgress.Read(bytes));
        Assert.Null(SessionProgress.Read(bytes.AsSpan(0, 10)));
        Assert.Null(SessionProgress.Read("""{"line":12,"turn":3,"session_start":"2026-11-20T09:00:00Z","closed":false}"""u8));
    }

    public void Dispose() => _folder.Dispose();

    private static long Ms(double seconds) => TranscriptLines.Start.AddSeconds(seconds).ToUnixTimeMilliseconds();

    private static string Side(string line) => line.Replace("\"isSidechain\":false", "\"isSidechain\":true", StringComparison.Ordinal);

    private static (string Outcome, double Started, double Ended) Turn(ReportedTurn turn) => (turn.Outcome, (turn.Started - Ms(0)) / 1000.0, (turn.Ended - Ms(0)) / 1000.0);
}
