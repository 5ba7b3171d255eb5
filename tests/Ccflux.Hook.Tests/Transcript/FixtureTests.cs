using System.Text.Json;
using Ccflux.Contracts.Usage;
using Ccflux.Hook.Transcript;
using Ccflux.Testing;
using Xunit;

namespace Ccflux.Hook.Tests.Transcript;

/// <summary>What the real client wrote, compared with its own figures and with a plain recount.</summary>
public sealed class FixtureTests
{
    private const string Fork = "3f61b272-d49f-48fb-a864-c4e328dc717f";

    private static readonly string[] Fields = ["inputTokens", "outputTokens", "cacheReadInputTokens", "cacheCreationInputTokens"];

    [Theory]
    [InlineData("2.1.329", 42)]
    [InlineData("2.0.76", 4)]
    public void EachSession_HasTheTotalsOfItsMessages(string version, int sessions)
    {
        var expected = Expected(version).GetProperty("transcript_totals");
        var read = Read(version).ToLookup(request => request.Session);

        Assert.Equal(sessions, Sessions(version).Count);
        foreach (var session in expected.EnumerateObject().Where(session => session.Name != Fork))
        {
            var models = session.Value.GetProperty("models").EnumerateObject().Where(model => Fields.Any(field => model.Value.GetProperty(field).GetInt64() > 0))
                .ToDictionary(model => model.Name, model => string.Join(' ', Fields.Select(field => model.Value.GetProperty(field).GetInt64())));
            Assert.Equal(models, Totals(read[session.Name]));
            Assert.Equal(session.Value.GetProperty("unique_messages").GetInt32(), read[session.Name].Count());
        }
    }

    [Fact]
    public void Fork_HasItsOwn_AndItsCopiesStayWithTheParent()
    {
        var session = Sessions("2.1.329").Single(session => session.SessionId == Fork);
        var alone = new SessionReader(session, SessionFolder.Fixture("2.1.329"), known: null, _ => false).Run();
        var parent = Expected("2.1.329").GetProperty("runs").GetProperty("tools").GetProperty("session_id").GetString();

        Assert.Equal("5 20 14817 118", Totals(alone.Requests.Where(request => request.Session == Fork))["claude-opus-5-5"]);
        Assert.All(alone.Requests.Where(request => request.Session != Fork), request => Assert.Equal((parent, true), (request.Session, request.OwnSession)));
        Assert.Equal(4, alone.Turns.Count);
        Assert.Equal("5 20 14817 118", Totals(Read("2.1.329").Where(request => request.Session == Fork))["claude-opus-5-5"]);
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

        foreach (var requests in new[] { Read(version), LocalRequests.Read([SessionFolder.Fixture(version)], []).Requests })
        {
            Assert.Equal(best.Count, requests.Count);
            Assert.Equal(best.Values.Sum(usage => usage.Output), SessionFolder.Output(requests));
            Assert.Equal(best.Values.Sum(usage => usage.Sum), requests.Sum(request => request.Usage.Total));
        }
    }

    /// <summary>Other clouds and gateways return no request id of the API's own.</summary>
    [Theory]
    [InlineData("2.1.329")]
    [InlineData("2.0.76")]
    public void WithoutRequestIds_TheTreeHasTheSameTotals(string version)
    {
        var source = SessionFolder.Fixture(version);
        using var folder = new SessionFolder();
        foreach (var file in Directory.EnumerateFiles(Path.Combine(source, "projects"), "*.jsonl", SearchOption.AllDirectories))
        {
            folder.AppendRaw(Path.Combine(folder.ConfigDir, Path.GetRelativePath(source, file)), string.Concat(File.ReadLines(file).Select(line => TranscriptLines.WithoutRequest(line) + "\n")));
        }

        var expected = Read(version);

        foreach (var requests in new[] { Merged(SessionsIn(folder.ConfigDir).Select(session => Read(session, folder.ConfigDir))), folder.ReadAll().Requests })
        {
            Assert.Equal(expected.Count, requests.Count);
            Assert.Equal(Totals(expected), Totals(requests));
        }
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
        var reading = ReadRun(run);

        Assert.Equal(outcomes, string.Join(' ', reading.Turns.Select(turn => turn.Outcome)));
        Assert.Equal(reading.Turns.Count, reading.Turns.DistinctBy(turn => turn.Key).Count());
        Assert.All(reading.Requests, request => Assert.Contains(reading.Turns, turn => turn.Key == request.Turn));
        Assert.Equal("sdk-cli", reading.Next.Entrypoint);
    }

    [Fact]
    public void FailedTurn_NamesTheLimitOfItsLastRetry()
    {
        var reading = ReadRun("e429");

        Assert.Empty(reading.Requests);
        Assert.Equal([false, false, true], reading.Limits.Select(limit => limit.Final));
        Assert.All(reading.Limits, limit => Assert.Equal(("five_hour", reading.Turns[0].Key), (limit.Window, limit.Turn)));
        Assert.Equal(1795252209000, reading.Limits[^1].ResetsAtMs);
    }

    [Fact]
    public void Turn_LastsFromItsPromptToItsLastAnswer()
    {
        var first = ReadRun("tools").Turns[0];

        Assert.Equal(DateTimeOffset.Parse("2026-11-21T07:09:55.305Z").ToUnixTimeMilliseconds(), first.Started);
        Assert.Equal(DateTimeOffset.Parse("2026-11-21T07:09:56.206Z").ToUnixTimeMilliseconds(), first.Ended);
        Assert.Equal(LedgerKey.OfTurn("fb2938ab-4019-4dad-af21-cd45131ae2aa"u8), first.Key);
    }

    [Fact]
    public void Subagents_OnAnotherModel_StandInTheTurnThatCalledThem()
    {
        var reading = ReadRun("agenthaiku");

        var turn = Assert.Single(reading.Turns);
        Assert.All(reading.Requests, request => Assert.Equal(turn.Key, request.Turn));
        Assert.Contains(reading.Requests, request => request.Usage.Model!.Contains("haiku", StringComparison.Ordinal));
        Assert.All(reading.Requests.Where(request => request.Usage.Model!.Contains("haiku", StringComparison.Ordinal)), request => Assert.Equal(RequestOrigin.Subagent, request.Origin));
        Assert.Equal(4, reading.Requests.Count(request => request.Origin == RequestOrigin.Main));
        Assert.Equal(3, turn.Prompts!.Count); // the prompt's, and those of the notifications of two subagents
    }

    [Fact]
    public void OldClient_FlagsItsFiguresAsPartial() => Assert.All(Read("2.0.76"), request => Assert.True(request.Usage.Partial));

    /// <summary>The requests of all sessions of a fixture's tree, as reports have them and the receiver merges them.</summary>
    internal static IReadOnlyCollection<Request> Read(string version) => Merged(Sessions(version).Select(session => Read(session, SessionFolder.Fixture(version))));

    internal static IReadOnlyCollection<Request> Merged(IEnumerable<SessionReading> readings)
    {
        var requests = new Dictionary<long, Request>();
        foreach (var request in readings.SelectMany(reading => reading.Requests))
        {
            var merged = requests.GetValueOrDefault(request.Key, request);
            merged.Merge(request);
            requests[request.Key] = merged;
        }

        return requests.Values;
    }

    internal static IReadOnlyList<SessionPaths> Sessions(string version) => SessionsIn(SessionFolder.Fixture(version));

    internal static IReadOnlyList<SessionPaths> SessionsIn(string configDir) => SessionCatalog.List(configDir);

    private static SessionReading Read(SessionPaths session, string configDir) => new SessionReader(session, configDir, known: null, _ => false).Run();

    private static SessionReading ReadRun(string run)
    {
        var session = Expected("2.1.329").GetProperty("runs").GetProperty(run).GetProperty("session_id").GetString()!;
        return Read(Sessions("2.1.329").Single(other => other.SessionId == session), SessionFolder.Fixture("2.1.329"));
    }

    private static JsonElement Expected(string version) =>
        JsonDocument.Parse(File.ReadAllBytes(Path.Combine(SessionFolder.Fixture(version), "expected.json"))).RootElement;

    private static Dictionary<string, string> Totals(IEnumerable<Request> requests) => requests
        .GroupBy(request => request.Usage.Model!)
        .Where(model => model.Sum(request => request.Usage.Total) > 0)
        .ToDictionary(
            model => model.Key,
            model => $"{model.Sum(request => request.Usage.Input)} {model.Sum(request => request.Usage.Output)} {model.Sum(request => request.Usage.CacheRead)} {model.Sum(request => request.Usage.CacheWrite)}");
}
