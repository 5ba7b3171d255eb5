using Ccflux.Hook.Delivery;
using Ccflux.Hook.Spool;

namespace Ccflux.Hook.Commands;

/// <summary><c>ccflux deliver</c>: what a hook starts, detached. It says nothing; the logs tell what it did.</summary>
internal static class DeliverCommand
{
    public static async Task<int> RunAsync(StateDirectory state, Scope scope, CancellationToken cancellationToken)
    {
        if (!OperatingSystem.IsWindows())
        {
            _ = Posix.GiveWay(10); // nobody waits for it, and the user is at work
        }

        try
        {
            var delivered = await new DeliveryRunner(state, TimeProvider.System).RunAsync(scope, since: null, cancellationToken).ConfigureAwait(false);
            return delivered == Delivered.Unfinished ? 1 : 0;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return 1;
        }
        catch (Exception error)
        {
            // Edge of a program without a screen. The type is enough to find the place; a message might name a path.
            new StateLog(state, TimeProvider.System).Error($"deliver: ended by {error.GetType().Name}");
            return 1;
        }
    }
}
