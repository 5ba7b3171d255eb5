using Ccflux.Receiver.Telemetry.Read;
using Ccflux.Receiver.Usage.Read;

namespace Ccflux.Receiver.Composition;

/// <summary>A user's plan as far as usage knows it: the tier. Its tokens are known only where a limit was hit; an inferred tier is no limit.</summary>
internal sealed class TierSeatPlans(SeatTiersQuery tiers) : ISeatPlans
{
    public async Task<IReadOnlyDictionary<string, SeatPlan>> ReadAsync(CancellationToken cancellationToken)
    {
        var rows = await tiers.ReadAsync(cancellationToken);
        return rows.ToDictionary(row => row.Email, row => new SeatPlan(row.Label, row.LimitTokens), StringComparer.Ordinal);
    }
}
