using Ccflux.Receiver.Tests.Usage.Read;
using Ccflux.Receiver.Usage.Ledger;
using Ccflux.Testing;

namespace Ccflux.Receiver.Tests.Contracts;

/// <summary>Reports of usage, as the writer's entries.</summary>
internal static class UsageGiven
{
    /// <summary>The day of the test's clock, since 1970.</summary>
    public const int Today = 20_777;

    /// <summary>A usage whose figures differ, so that no column can stand for another.</summary>
    public static ModelUsage Distinct { get; } = new()
    {
        Messages = 1,
        InputTokens = 2,
        OutputTokens = 3,
        CacheReadTokens = 4,
        CacheWriteTokens = 11,
        CacheWrite1hTokens = 6,
    };

    /// <summary>A report that arrives now.</summary>
    public static IncomingRequests Incoming(this TestDatabase database, long user, params TurnReport[] turns) => TurnRequests.Of(user, database.Time.GetUtcNow(), turns);

    public static Task<LedgerResult> ReportAsync(this TestDatabase database, IncomingRequests incoming, LedgerAllowances? allowances = null) =>
        database.WriteAsync(new LedgerWrite(database.Store<LedgerWriter>(), incoming, allowances));

    public static Task<LedgerResult> ReportAsync(this TestDatabase database, long user, params TurnReport[] turns) => database.ReportAsync(database.Incoming(user, turns));

    /// <summary>Makes the writer forget what it cached, as if another process had written.</summary>
    public static Task ForgetUsageAsync(this TestDatabase database) => database.WriteAsync(_ => database.Store<LedgerWriter>().Forget());

    public static TurnReport With(this TurnReport turn, params (string Model, ModelUsage Usage)[] models) =>
        turn with { Models = models.ToDictionary(pair => pair.Model, pair => pair.Usage, StringComparer.Ordinal) };
}
