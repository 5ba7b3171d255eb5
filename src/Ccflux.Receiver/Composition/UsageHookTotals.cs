using Ccflux.Receiver.Telemetry.Read;
using Ccflux.Receiver.Usage.Read;

namespace Ccflux.Receiver.Composition;

/// <summary>Telemetry compares with what the hook reported.</summary>
internal sealed class UsageHookTotals(SessionTotalsQuery sessions) : IHookTotals
{
    public async Task<IReadOnlyList<HookTotals>> ReadAsync(string email, IReadOnlyCollection<string> sessionIds, CancellationToken cancellationToken)
    {
        var rows = await sessions.ReadAsync(email, sessionIds, cancellationToken);
        return [.. rows.Select(row => new HookTotals(row.Session, row.Model, row.Input, row.Output, row.CacheRead, row.CacheWrite))];
    }
}
