using Ccflux.Receiver.Fleet.Monitors;
using Ccflux.Receiver.Fleet.Network;

namespace Ccflux.Receiver.Fleet.Read;

/// <summary>Reads the fleet page.</summary>
internal sealed class FleetPageQuery(MonitorsQuery monitors, NetworkFacts network, TimeProvider time)
{
    /// <param name="request">The request that the page answers.</param>
    /// <param name="address">How people reach the receiver.</param>
    public async Task<FleetPageView> ReadAsync(HttpRequest request, string address) => new(
        time.GetUtcNow(),
        await monitors.ReadAsync(request.HttpContext.RequestAborted),
        await network.ReadAsync(address, request));
}
