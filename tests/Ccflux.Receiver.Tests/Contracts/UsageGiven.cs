using Ccflux.Contracts.Usage;
using Ccflux.Receiver.Usage.Store;

namespace Ccflux.Receiver.Tests.Contracts;

/// <summary>Reports of usage, as the writer's entries.</summary>
internal static class UsageGiven
{
    /// <summary>The day of the test's clock, since 1970.</summary>
    public const int Today = 20_777;

    /// <summary>The 21 columns of sums, as facts and rollups name them.</summary>
    public const string Sums = """
        messages, input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, cache_write_1h_tokens,
        over_100k_input_tokens, over_100k_output_tokens, over_100k_cache_read_tokens, over_100k_cache_write_tokens, over_100k_cache_write_1h_tokens,
        over_200k_input_tokens, over_200k_output_tokens, over_200k_cache_read_tokens, over_200k_cache_write_tokens, over_200k_cache_write_1h_tokens,
        fast_input_tokens, fast_output_tokens, fast_cache_read_tokens, fast_cache_write_tokens, fast_cache_write_1h_tokens
        """;

    /// <summary>A usage whose sums are 1 to 21 in the order of <see cref="Sums"/>, so that no column can stand for another.</summary>
    public static ModelUsage Distinct { get; } = new()
    {
        Messages = 1,
        InputTokens = 2,
        OutputTokens = 3,
        CacheReadTokens = 4,
        CacheWriteTokens = 5,
        CacheWrite1hTokens = 6,
        Over100k = new TokenCounts { InputTokens = 7, OutputTokens = 8, CacheReadTokens = 9, CacheWriteTokens = 10, CacheWrite1hTokens = 11 },
        Over200k = new TokenCounts { InputTokens = 12, OutputTokens = 13, CacheReadTokens = 14, CacheWriteTokens = 15, CacheWrite1hTokens = 16 },
        Fast = new TokenCounts { InputTokens = 17, OutputTokens = 18, CacheReadTokens = 19, CacheWriteTokens = 20, CacheWrite1hTokens = 21 },
        SubagentTokens = 22,
        Partial = true,
    };

    /// <summary>A report of schema 2 that arrives now.</summary>
    public static IncomingTurns Incoming(this TestDatabase database, long user, params TurnReport[] turns) => new(
        user, TurnBatch.Version, turns, null, new ClientInfo { Name = "ccflux", Version = "1.0.0" }, "1.0.0", null, database.Now);

    public static Task<StoreResult> ReportAsync(this TestDatabase database, IncomingTurns incoming, DailyCaps? caps = null) =>
        database.WriteAsync(new ReportWrite(database.Store<UsageWriter>(), incoming, caps ?? DailyCaps.None));

    public static Task<StoreResult> ReportAsync(this TestDatabase database, long user, params TurnReport[] turns) => database.ReportAsync(database.Incoming(user, turns));

    /// <summary>Makes the writer forget what it cached, as if another process had written.</summary>
    public static Task ForgetUsageAsync(this TestDatabase database) => database.WriteAsync(_ => database.Store<UsageWriter>().Forget());

    public static TurnReport With(this TurnReport turn, params (string Model, ModelUsage Usage)[] models) =>
        turn with { Models = models.ToDictionary(pair => pair.Model, pair => pair.Usage, StringComparer.Ordinal) };
}
