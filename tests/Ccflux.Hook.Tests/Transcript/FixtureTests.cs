using System.Text.Json;
using System.Text.RegularExpressions;
using Ccflux.Contracts.Usage;
using Ccflux.Hook.Transcript;
using Xunit;

namespace Ccflux.Hook.Tests.Transcript;

/// <summary>What the real client wrote, compared with its own figures and with a plain recount.</summary>
public sealed partial class FixtureTests
{
    private const string Fork = "3f61b272-d49f-48fb-a864-c4e328dc717f";

    private static readonly string[] Fields = ["inputTokens", "outputTokens", "cacheReadInputTokens", "cacheCreationInputTokens"];

    [Theory]
    [InlineData("2.1.329", 42)]
    [InlineData("2.0.76", 4)]
    public void EachSession_HasTheTotalsOfItsMessages(string version, int sessions)
    {
        var expected = Expected(version).GetProperty("transcript_totals");
        var scanned = Scan(version);

        Assert.Equal(sessions, scanned.Count);
        foreach (var session in expected.EnumerateObject().Where(session => session.Name != Fork))
        {
            var models = session.Value.GetProperty("models").EnumerateObject().Where(model => Fields.Any(field => model.Value.GetProperty(field).GetInt64() > 0))
                .ToDictionary(model => model.Name, model => string.Join(' ', Fields.Select(field => model.Value.GetProperty(field).GetInt64())));
            Assert.Equal(models, Totals(scanned[session.Name].Turns));
            Assert.Equal(session.Value.GetProperty("unique_messages").GetInt32(), Messages(scanned[session.Name].Turns));
        }
    }

    [Fact]
    public void Fork_CountsOnlyWhatIsItsOwn()
    {
        var fork = Scan("2.1.329")[Fork];

        var turn = Assert.Single(fork.Turns);
        Assert.Equal(3, turn.TurnIndex);
        Assert.Equal("5 20 14817 118", Totals([turn])["claude-opus-5-5"]);
    }

    [Theory]
    [InlineData("2.1.329")]
    [InlineData("2.0.76")]
    public void WholeTree_CountsEachMessageIdOnce(string version)
    {
        var best = new Dictionary<string, (long Output, long Sum)>();
        foreach (var line in Directory.EnumerateFiles(SessionFolder.Fixture(version), "*.jsonl", SearchOption.AllDirectories).SelectMany(File.ReadLines))
        {
            using var row = JsonDocument.Parse(line);
            if (row.RootElement.GetProperty("type").GetString() != "assistant" || row.RootElement.GetProperty("message").GetProperty("model").GetString() == "<synthetic>")
            {
                continue;
            }

            var usage = row.RootElement.GetProperty("message").GetProperty("usage");
            var output = usage.GetProperty("output_tokens").GetInt64();
            var sum = output + usage.GetProperty("input_tokens").GetInt64() + usage.GetProperty("cache_read_input_tokens").GetInt64()
                + usage.GetProperty("cache_creation_input_tokens").GetInt64();
            var id = row.RootElement.GetProperty("message").GetProperty("id").GetString()!;
            best[id] = best.TryGetValue(id, out var known) && known.CompareTo((output, sum)) > 0 ? known : (output, sum);
        }

        var turns = Scan(version).Values.SelectMany(session => session.Turns).ToArray();

        Assert.Equal(best.Count, Messages(turns));
        Assert.Equal(best.Values.Sum(usage => usage.Output), turns.SelectMany(turn => turn.Models.Values).Sum(model => model.OutputTokens));
        Assert.Equal(
            best.Values.Sum(usage => usage.Sum),
            turns.SelectMany(turn => turn.Models.Values).Sum(model => model.InputTokens + model.OutputTokens + model.CacheReadTokens + model.CacheWriteTokens));
    }

    /// <summary>Other clouds and gateways return no request id of the API's own.</summary>
    [Theory]
    [InlineData("2.1.329")]
    [InlineData("2.0.76")]
    public void WithoutRequestIds_TheTreeHasTheSameTotals(string version)
    {
        var source = SessionFolder.Fixture(version);
        using var folder = new SessionFolder();
        foreach (var file in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories).Where(file => file.Contains($"{Path.DirectorySeparatorChar}projects{Path.DirectorySeparatorChar}", StringComparison.Ordinal)))
        {
            folder.AppendRaw(Path.Combine(folder.ConfigDir, Path.GetRelativePath(source, file)), RequestId().Replace(File.ReadAllText(file), ""));
        }

        var turns = folder.ScanAll().SelectMany(session => session.Turns).ToArray();
        var expected = Scan(version).Values.SelectMany(session => session.Turns).ToArray();

        Assert.Equal(Messages(expected), Messages(turns));
        Assert.Equal(Totals(expected), Totals(turns));
    }

    [Theory]
    [InlineData("tools", "completed completed completed completed")] // the compaction between them is not a turn
    [InlineData("agent", "completed")] // nor is a task notification
    [InlineData("agenthaiku", "completed")]
    [InlineData("multimodel", "completed completed")]
    [InlineData("e429", "failed")]
    [InlineData("e429unified", "failed")]
    [InlineData("e429once", "completed")]
    [InlineData("e529", "failed")]
    [InlineData("e529fallback", "completed")]
    [InlineData("e401", "failed")]
    [InlineData("e400", "failed")]
    [InlineData("midstream", "completed")]
    [InlineData("maxtok", "completed")]
    [InlineData("refusal", "failed")]
    [InlineData("denied", "completed")]
    [InlineData("bashfail", "completed")]
    [InlineData("websearch", "completed")]
    public void Run_HasTheTurnsThatTheUserSaw(string run, string outcomes)
    {
        var session = Expected("2.1.329").GetProperty("runs").GetProperty(run).GetProperty("session_id").GetString()!;

        var turns = Scan("2.1.329")[session].Turns;

        Assert.Equal(outcomes, string.Join(' ', turns.Select(turn => turn.Outcome)));
        Assert.Equal(Enumerable.Range(0, turns.Count), turns.Select(turn => turn.TurnIndex));
        Assert.All(turns, turn => Assert.Equal("sdk-cli", turn.Entrypoint));
    }

    [Fact]
    public void FailedTurn_NamesTheLimitOfItsLastRetry()
    {
        var session = Expected("2.1.329").GetProperty("runs").GetProperty("e429").GetProperty("session_id").GetString()!;

        var turn = Assert.Single(Scan("2.1.329")[session].Turns);

        Assert.Empty(turn.Models);
        Assert.Equal([false, false, true], turn.LimitEvents!.Select(limit => limit.Final));
        Assert.All(turn.LimitEvents!, limit => Assert.Equal("five_hour", limit.Window));
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1795252209), turn.LimitEvents![^1].ResetsAtUtc);
    }

    [Fact]
    public void Turn_LastsFromItsPromptToItsLastAnswer()
    {
        var session = Expected("2.1.329").GetProperty("runs").GetProperty("tools").GetProperty("session_id").GetString()!;

        var first = Scan("2.1.329")[session].Turns[0];

        Assert.Equal(DateTimeOffset.Parse("2026-11-21T07:09:55.305Z"), first.StartedUtc);
        Assert.Equal(DateTimeOffset.Parse("2026-11-21T07:09:56.206Z"), first.EndedUtc);
        Assert.Equal(DateTimeOffset.Parse("2026-11-21T07:09:55.270Z"), first.SessionStartUtc);
    }

    [Fact]
    public void Subagents_OnAnotherModel_StandInTheTurnThatCalledThem()
    {
        var session = Expected("2.1.329").GetProperty("runs").GetProperty("agenthaiku").GetProperty("session_id").GetString()!;

        var turn = Assert.Single(Scan("2.1.329")[session].Turns);

        Assert.All(turn.Models, model => Assert.Equal(model.Key.Contains("haiku", StringComparison.Ordinal), model.Value.SubagentTokens == Sum(model.Value)));
        Assert.Contains(turn.Models, model => model.Key.Contains("haiku", StringComparison.Ordinal));
    }

    [Fact]
    public void OldClient_FlagsItsFiguresAsPartial() =>
        Assert.All(Scan("2.0.76").Values.SelectMany(session => session.Turns).SelectMany(turn => turn.Models.Values), model => Assert.True(model.Partial));

    private static Dictionary<string, ScanResult> Scan(string version)
    {
        var claims = MessageClaims.InMemory();
        return SessionCatalog.List(SessionFolder.Fixture(version))
            .ToDictionary(session => session.SessionId, session => TranscriptScanner.Scan(session, committed: null, claims));
    }

    private static JsonElement Expected(string version) =>
        JsonDocument.Parse(File.ReadAllBytes(Path.Combine(SessionFolder.Fixture(version), "expected.json"))).RootElement;

    private static Dictionary<string, string> Totals(IEnumerable<TurnReport> turns) => turns
        .SelectMany(turn => turn.Models)
        .GroupBy(model => model.Key)
        .ToDictionary(
            models => models.Key,
            models => $"{models.Sum(model => model.Value.InputTokens)} {models.Sum(model => model.Value.OutputTokens)} {models.Sum(model => model.Value.CacheReadTokens)} {models.Sum(model => model.Value.CacheWriteTokens)}");

    private static long Sum(ModelUsage model) => model.InputTokens + model.OutputTokens + model.CacheReadTokens + model.CacheWriteTokens;

    private static int Messages(IEnumerable<TurnReport> turns) => turns.SelectMany(turn => turn.Models.Values).Sum(model => model.Messages);


    [GeneratedRegex("\"requestId\":\"[^\"]*\",?", RegexOptions.None, 1000)]
    private static partial Regex RequestId();
}
