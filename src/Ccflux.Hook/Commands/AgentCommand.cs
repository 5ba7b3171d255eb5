using Ccflux.Hook.Agent;
using Ccflux.Hook.Agent.Sessions;
using Ccflux.Hook.Agent.State;
using Ccflux.Hook.Spool;

namespace Ccflux.Hook.Commands;

/// <summary><c>ccflux agent</c>: one process per config directory, started by the hooks of the plugin <c>ccflux-fleet</c>. It prints nothing; the logs say what it did.</summary>
internal static class AgentCommand
{
    public static async Task<int> RunAsync(StateDirectory state, CancellationToken cancellationToken)
    {
        var fleet = new FleetDirectory(state);
        var log = new StateLog(state, TimeProvider.System);
        if (state.Refusal() is not null)
        {
            return 1; // status says why
        }

        try
        {
            // After releasing the lock it looks once more: a session that started just then found the lock held.
            do
            {
                using var taken = Directory.Exists(fleet.Root) ? DeliverLock.TryTake(fleet.Lock) : null;
                if (taken is null)
                {
                    return 0;
                }

                if (FleetStateJson.Read(fleet.Enrolment, FleetStateJson.Default.Enrolment) is not { } enrolment)
                {
                    return 0;
                }

                if (enrolment.CommandKey is null)
                {
                    log.Error("agent: it was enrolled before commands were signed; enrol it again with a code from the receiver's admin");
                    return 1;
                }

                using var keys = AgentKeys.Load(fleet);
                if (keys is null)
                {
                    log.Error("agent: its keys are missing or damaged; enrol it again");
                    return 1;
                }

                using var client = new AgentClient(enrolment, keys.Signing, TimeProvider.System);
                await new AgentLoop(fleet, enrolment, keys, client, TimeProvider.System, log).RunAsync(cancellationToken).ConfigureAwait(false);
            }
            while (new SessionRegistry(fleet).Read().Count > 0);

            return 0;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return 0;
        }
        catch (Exception error)
        {
            // Top level of a program without a terminal. The exception's type is enough to find the place; its message might contain a path.
            log.Error($"agent: stopped by {error.GetType().Name}");
            return 1;
        }
    }
}
