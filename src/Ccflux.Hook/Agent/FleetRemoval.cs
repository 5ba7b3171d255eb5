using Ccflux.Hook.Agent.State;
using Ccflux.Hook.Agent.Swap;
using Ccflux.Hook.Spool;

namespace Ccflux.Hook.Agent;

/// <summary>Removes a config directory from its fleet: restores the user's own login in place of the fleet's and deletes the agent's keys.</summary>
internal static class FleetRemoval
{
    /// <returns>Null if it succeeded or there was nothing to do; otherwise a sentence that says why it cannot be done now.</returns>
    public static string? Remove(FleetDirectory fleet, TimeProvider time)
    {
        if (!Directory.Exists(fleet.Root))
        {
            return null;
        }

        using (var taken = DeliverLock.TryTake(fleet.Lock))
        {
            if (taken is null)
            {
                return $"An agent manages the login in {fleet.State.ConfigDir} while a session is active there. Close its sessions and try again in a minute; nothing was removed.";
            }

            if (File.Exists(fleet.Journal) || File.Exists(fleet.Backup))
            {
                return $"A login of {fleet.State.ConfigDir} is on its way to the receiver. Start a session and close it again; nothing was removed.";
            }

            if (!PutBack(fleet, time))
            {
                return $"The login file in {fleet.State.ConfigDir} is in use or damaged. It was left unchanged; nothing was removed.";
            }
        }

        Directory.Delete(fleet.Root, recursive: true);
        return null;
    }

    private static bool PutBack(FleetDirectory fleet, TimeProvider time)
    {
        var file = new LoginFile(fleet.State.ConfigDir);
        var isFleets = FleetStatus.HoldsLogin(fleet);
        var own = AtomicFile.Read(fleet.OwnLogin);
        if (!File.Exists(file.Path) || file.Read()?.Mark is null)
        {
            return true;
        }

        using var locks = ClientLocks.TryTake(fleet.State.ConfigDir, time);
        if (locks is null || file.Read() is not { } text)
        {
            return false;
        }

        file.Write(text.With(isFleets && own is not null ? own : text.Login ?? "null"u8.ToArray(), mark: null));
        return true;
    }
}
