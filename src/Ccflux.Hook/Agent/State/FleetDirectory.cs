using Ccflux.Hook.Spool;

namespace Ccflux.Hook.Agent.State;

/// <summary>The files below <c>&lt;config dir&gt;/ccflux/fleet/</c>: what hooks record of sessions and tool calls, the agent's keys, and its work in progress.</summary>
internal sealed class FleetDirectory(StateDirectory state)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    public StateDirectory State { get; } = state;

    public string Root { get; } = Path.Combine(state.Root, "fleet");

    /// <summary>One file per session.</summary>
    public string Sessions => In("sessions");

    /// <summary>One folder per session, with a file for each open tool call.</summary>
    public string Calls => In("calls");

    /// <summary>Held by the one agent that runs for the config directory.</summary>
    public string Lock => In("agent.lock");

    /// <summary>This agent's id, and the URL of its receiver.</summary>
    public string Enrolment => In("enrolment.json");

    /// <summary>Ed25519 key that signs requests.</summary>
    public string SigningKey => In("signing_key");

    /// <summary>P-256 key that opens what is sealed to this agent.</summary>
    public string SealingKey => In("sealing_key");

    /// <summary>Heartbeats below this number may have been sent.</summary>
    public string Sequence => In("sequence");

    /// <summary>Which commands were carried out, and which login they left in the config directory.</summary>
    public string Progress => In("commands.json");

    /// <summary>Present while a login is being installed or handed back.</summary>
    public string Journal => In("journal.json");

    /// <summary>The login that a swap removed, until the receiver has it.</summary>
    public string Backup => In("backup.json");

    /// <summary>A login that was in the config directory before the fleet and that the receiver does not know. Uninstalling restores it.</summary>
    public string OwnLogin => In("own_login.json");

    /// <summary>A fleet login that the receiver did not take back: its issuer rejects it, or a newer version exists elsewhere.</summary>
    public string RefusedLogin => In("refused_login.json");

    /// <summary>Outcome of the last heartbeat, for <c>ccflux status</c>.</summary>
    public string LastHeartbeatFile => In("last_heartbeat.json");

    public string SessionFile(string sessionId) => Path.Combine(Sessions, sessionId);

    public string CallFolder(string sessionId) => Path.Combine(Calls, sessionId);

    /// <summary>Creates a folder that hooks need; only the user may read the names of the sessions in it.</summary>
    public static void Create(string folder)
    {
        if (Directory.Exists(folder))
        {
            return;
        }

        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else
        {
            Directory.CreateDirectory(folder, OwnerOnly);
        }
    }

    private string In(string name) => Path.Combine(Root, name);
}
