using System.Text;
using Ccflux.Contracts.Usage;

namespace Ccflux.Testing;

/// <summary>Builds reports in one line: <c>A.Batch(A.Turn("s1", 0, at))</c>.</summary>
public static class A
{
    public const string Model = "claude-opus-5-5";

    public static TurnReport Turn(
        string session,
        int index,
        DateTimeOffset ended,
        long output = 10,
        string model = Model,
        TimeSpan? duration = null,
        string outcome = TurnOutcome.Completed) => new()
        {
            SessionId = session,
            TurnIndex = index,
            StartedUtc = ended - (duration ?? TimeSpan.FromSeconds(20)),
            EndedUtc = ended,
            Outcome = outcome,
            Entrypoint = "cli",
            Models = new Dictionary<string, ModelUsage>(StringComparer.Ordinal) { [model] = Usage(output) },
        };

    public static ModelUsage Usage(long output = 10, long input = 100) => new()
    {
        InputTokens = input,
        OutputTokens = output,
        CacheReadTokens = 1000,
        CacheWriteTokens = 50,
        CacheWrite1hTokens = 20,
        Messages = 2,
    };

    /// <summary>A report in which each turn made one request of each of its models, at its end.</summary>
    public static RequestBatch Batch(params TurnReport[] turns)
    {
        var models = turns.SelectMany(turn => turn.Models.Keys).Distinct(StringComparer.Ordinal).ToList();
        return new RequestBatch
        {
            Client = new ClientInfo { Name = "ccflux", Version = "1.0.0", Platform = "linux-x86_64", ClaudeCodeVersion = "2.1.0" },
            Models = models,
            Sessions = [.. turns.GroupBy(turn => turn.SessionId, StringComparer.Ordinal).Select(session => Session(session.Key, [.. session], models))],
        };
    }

    private static ReportedSession Session(string id, TurnReport[] turns, List<string> models) => new()
    {
        SessionId = id,
        Entrypoint = turns[0].Entrypoint,
        Turns =
        [
            .. turns.Select(turn => new ReportedTurn
            {
                Key = LedgerKey.OfTurn(Encoding.UTF8.GetBytes($"{id} {turn.TurnIndex}")),
                Started = turn.StartedUtc.ToUnixTimeMilliseconds(),
                Ended = turn.EndedUtc.ToUnixTimeMilliseconds(),
                Outcome = turn.Outcome,
            }),
        ],
        Requests = [.. turns.SelectMany((turn, place) => turn.Models.Select(model => Request(turn, place, model.Key, models.IndexOf(model.Key), model.Value)))],
        LimitEvents =
        [
            .. turns.SelectMany((turn, place) => (turn.LimitEvents ?? []).Select(limit => new ReportedLimit
            {
                Turn = place,
                At = limit.AtUtc.ToUnixTimeMilliseconds(),
                Window = limit.Window,
                ResetsAt = limit.ResetsAtUtc?.ToUnixTimeMilliseconds(),
                Final = limit.Final,
            })),
        ],
    };

    private static ReportedRequest Request(TurnReport turn, int place, string model, int number, ModelUsage usage) => new(
        LedgerKey.OfRow(Encoding.UTF8.GetBytes($"{turn.SessionId} {turn.TurnIndex} {model}")), turn.EndedUtc.ToUnixTimeMilliseconds(), place, number,
        RequestFlags.Split | RequestFlags.ApiId, RequestOrigin.Main, usage.InputTokens, usage.OutputTokens, usage.CacheReadTokens, usage.CacheWriteTokens - usage.CacheWrite1hTokens,
        usage.CacheWrite1hTokens, 0);

    /// <summary>Body of schema 1, built from its description alone.</summary>
    public static string Legacy(string session, int index, DateTimeOffset at, long output = 10, string email = "", string model = Model) => $$$"""
        {"schema_version":1,"session_id":"{{{session}}}","user_email":"{{{email}}}","turn_index":{{{index}}},"timestamp_utc":"{{{at:yyyy-MM-dd'T'HH:mm:ss'Z'}}}","models":{"{{{model}}}":{"input_tokens":100,"output_tokens":{{{output}}},"cache_read_tokens":1000,"cache_write_tokens":0}},"plugin_version":"0.1.0"}
        """;
}
