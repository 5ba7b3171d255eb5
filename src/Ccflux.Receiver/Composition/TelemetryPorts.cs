using Ccflux.Contracts.Usage;
using Ccflux.Receiver.Identity.Pages;
using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Telemetry.Read;
using Ccflux.Receiver.Telemetry.Read.Views;
using Ccflux.Receiver.Telemetry.Store;
using Ccflux.Storage.Reading;

namespace Ccflux.Receiver.Composition;

/// <summary>Connects features that do not know each other: telemetry reads data from the tables of usage, and a new user gets a telemetry token.</summary>
internal static class TelemetryPorts
{
    public static void AddTelemetryPorts(this IServiceCollection services)
    {
        services.AddSingleton<IHookTotals, UsageHookTotals>();
        services.AddSingleton<IUsageSink, TelemetryUsage>();
        services.AddSingleton<SubjectMoves>();
        services.AddHostedService(provider => provider.GetRequiredService<SubjectMoves>());
        services.AddSingleton<IRequestSources, UserRequestSources>();
        services.AddSingleton<ISeatPlans, TierPlans>();
        services.AddSingleton<ICompanionToken, TelemetryCompanion>();
    }
}

/// <summary>Reads the totals of hook reports from the ledger.</summary>
internal sealed class UsageHookTotals(ReadSessions readers) : IHookTotals
{
    public async Task<IReadOnlyList<HookTotals>> ReadAsync(string email, IReadOnlyCollection<string> sessions, DataScope allowed, CancellationToken cancellationToken)
    {
        using var session = await readers.OpenAsync(cancellationToken);
        return session.List(
            PortsSql.HookTotals,
            static rows => new HookTotals(rows.Text(0), rows.Text(1), rows.Int64(2), rows.Int64(3), rows.Int64(4), rows.Int64(5)),
            allowed.With(("email", email), ("sessions", sessions.Select(LedgerKey.OfSession).ToArray())));
    }
}

/// <summary>Reads users' tiers, where known.</summary>
internal sealed class TierPlans(ReadSessions readers) : ISeatPlans
{
    public async Task<IReadOnlyDictionary<string, SeatPlan>> ReadAsync(DataScope allowed, CancellationToken cancellationToken)
    {
        using var session = await readers.OpenAsync(cancellationToken);
        return session.List(PortsSql.Plans, static rows => (Email: rows.Text(0), Plan: new SeatPlan(rows.Text(1), rows.Int64OrNull(2))), allowed.With())
            .ToDictionary(row => row.Email, row => row.Plan, StringComparer.Ordinal);
    }
}
