using Ccflux.Receiver.Identity.Pages;
using Ccflux.Receiver.Telemetry.Read;
using Ccflux.Receiver.Telemetry.Read.Views;
using Ccflux.Storage.Sqlite;
using Dapper;

namespace Ccflux.Receiver.Composition;

/// <summary>Connects features that do not know each other: telemetry reads data from the tables of usage, and a new user gets a telemetry token.</summary>
internal static class TelemetryPorts
{
    public static void AddTelemetryPorts(this IServiceCollection services)
    {
        services.AddSingleton<IHookTotals, UsageHookTotals>();
        services.AddSingleton<ISeatPlans, TierPlans>();
        services.AddSingleton<ICompanionToken, TelemetryCompanion>();
    }
}

/// <summary>Reads the totals of hook reports from the stored turns.</summary>
internal sealed class UsageHookTotals(SqliteReaders readers) : IHookTotals
{
    public async Task<IReadOnlyList<HookTotals>> ReadAsync(string email, IReadOnlyCollection<string> sessions, CancellationToken cancellationToken)
    {
        using var lease = await readers.RentAsync(cancellationToken);
        var rows = await lease.Connection.QueryAsync<(string Session, string Model, long Input, long Output, long CacheRead, long CacheWrite)>(
            PortsSql.HookTotals, new { Email = email, Sessions = sessions });
        return [.. rows.Select(row => new HookTotals(row.Session, row.Model, row.Input, row.Output, row.CacheRead, row.CacheWrite))];
    }
}

/// <summary>Reads users' tiers, where known.</summary>
internal sealed class TierPlans(SqliteReaders readers) : ISeatPlans
{
    public async Task<IReadOnlyDictionary<string, SeatPlan>> ReadAsync(CancellationToken cancellationToken)
    {
        using var lease = await readers.RentAsync(cancellationToken);
        var rows = await lease.Connection.QueryAsync<(string Email, string Label, long? WindowTokens)>(PortsSql.Plans);
        return rows.ToDictionary(row => row.Email, row => new SeatPlan(row.Label, row.WindowTokens), StringComparer.Ordinal);
    }
}
