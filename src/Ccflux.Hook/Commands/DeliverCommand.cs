using Ccflux.Hook.Delivery;
using Ccflux.Hook.Spool;

namespace Ccflux.Hook.Commands;

/// <summary><c>ccflux deliver</c>: started by a hook, detached. It prints nothing; the logs say what it did.</summary>
internal static class DeliverCommand
{
    public static async Task<int> RunAsync(StateDirectory state, Scope scope, CancellationToken cancellationToken)
    {
        if (!OperatingSystem.IsWindows())
        {
            _ = Posix.GiveWay(10); // nothing waits for it, and the user is working
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
            // Top level of a program without a terminal. The exception's type is enough to find the place; its message might contain a path.
            new StateLog(state, TimeProvider.System).Error($"deliver: stopped by {error.GetType().Name}");
            return 1;
        }
    }
}
