using Ccflux.Hook.Agent.State;
using Ccflux.Hook.Agent.Swap;
using Ccflux.Hook.Spool;

namespace Ccflux.Hook.Agent;

/// <summary>Takes a config dir out of its fleet: the user's own login is put back where the fleet's stands, and the agent's keys go.</summary>
internal static class FleetRemoval
{
    /// <returns>Null where it is done, or there was nothing to do; else a sentence that says why it cannot be done now.</returns>
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
                return $"An agent looks after the login in {fleet.State.ConfigDir} as long as a session lives there. Close its sessions and try again in a minute; nothing was taken out.";
            }

            if (File.Exists(fleet.Journal) || File.Exists(fleet.Backup))
            {
                return $"A login of {fleet.State.ConfigDir} is on its way to the receiver. Start a session and close it again; nothing was taken out.";
            }

            if (!PutBack(fleet, time))
            {
                return $"The login file in {fleet.State.ConfigDir} is in use or damaged. It was left as it is; nothing was taken out.";
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
