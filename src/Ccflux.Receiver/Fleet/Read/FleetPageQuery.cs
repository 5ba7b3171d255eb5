using Ccflux.Receiver.Fleet.Monitors;
using Ccflux.Receiver.Fleet.Rotation;
using Ccflux.Receiver.Platform.Auth;

namespace Ccflux.Receiver.Fleet.Read;

/// <summary>Reads the fleet page.</summary>
internal sealed class FleetPageQuery(BoardQuery board, LogQuery log, MonitorsQuery monitors, NetworkFacts network, RotationSettings settings)
{
    /// <param name="request">The request that the page answers: its query string contains the log's part and page.</param>
    /// <param name="address">The URL that people use.</param>
    /// <param name="allowed">About whom the reader may read.</param>
    public async Task<FleetPageView> ReadAsync(HttpRequest request, string address, DataScope allowed)
    {
        var cancellationToken = request.HttpContext.RequestAborted;
        var now = await board.ReadAsync(allowed, cancellationToken);
        return new FleetPageView(
            now.At,
            now.Head,
            now.Accounts,
            now.Agents,
            now.Sessions,
            now.Pins,
            now.DecidedAt,
            now.Decisions,
            await log.ReadAsync(request.Query["log"], request.Query["log.page"], cancellationToken),
            await monitors.ReadAsync(cancellationToken),
            [.. await network.ReadAsync(address, request), VaultFact(now)],
            RotationExplanation.Of(settings),
            settings.IsSoonestFirst);
    }

    private static NetworkFact VaultFact(Board board) => board.Accounts.Count(account => account.Login == LoginStatus.CannotBeOpened) switch
    {
        0 => new NetworkFact("Vault", FactState.Good, "Encrypted; the key ring is outside the database's folder"),
        var closed => new NetworkFact("Vault", FactState.Bad, $"{closed.ToString(CultureInfo.InvariantCulture)} of {board.Accounts.Count.ToString(CultureInfo.InvariantCulture)} logins cannot be opened: the key ring is missing"),
    };
}
