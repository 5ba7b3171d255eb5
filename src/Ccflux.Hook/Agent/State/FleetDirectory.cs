using Ccflux.Hook.Spool;

namespace Ccflux.Hook.Agent.State;

/// <summary>The files below <c>&lt;config dir&gt;/ccflux/fleet/</c>: what hooks note of sessions and tool calls, the agent's keys, and what it has under way.</summary>
internal sealed class FleetDirectory(StateDirectory state)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    public StateDirectory State { get; } = state;

    public string Root { get; } = Path.Combine(state.Root, "fleet");

    /// <summary>A file a session.</summary>
    public string Sessions => In("sessions");

    /// <summary>A folder a session, with a file for each tool call that is open.</summary>
    public string Calls => In("calls");

    /// <summary>Held by the one agent that runs for the config dir.</summary>
    public string Lock => In("agent.lock");

    /// <summary>Who this agent is, and where its receiver is.</summary>
    public string Enrolment => In("enrolment.json");

    /// <summary>Ed25519, signs requests.</summary>
    public string SigningKey => In("signing_key");

    /// <summary>P-256, opens what is sealed to this agent.</summary>
    public string SealingKey => In("sealing_key");

    /// <summary>Heartbeats below this number may have been sent.</summary>
    public string Sequence => In("sequence");

    /// <summary>Which commands were carried out, and which login stands in the config dir by them.</summary>
    public string Progress => In("commands.json");

    /// <summary>Present while a login is being put in or brought back.</summary>
    public string Journal => In("journal.json");

    /// <summary>The login that a swap took out, until the receiver has it.</summary>
    public string Backup => In("backup.json");

    /// <summary>A login that was in the config dir before the fleet and that the receiver does not know. Uninstalling puts it back.</summary>
    public string OwnLogin => In("own_login.json");

    /// <summary>A login of the fleet's that the receiver would not take back: its issuer no longer takes it, or somebody else has a newer one.</summary>
    public string RefusedLogin => In("refused_login.json");

    /// <summary>How the last heartbeat went, for <c>ccflux status</c>.</summary>
    public string LastHeartbeatFile => In("last_heartbeat.json");

    public string SessionFile(string sessionId) => Path.Combine(Sessions, sessionId);

    public string CallFolder(string sessionId) => Path.Combine(Calls, sessionId);

    /// <summary>Hooks make what they need; whoever may read the names of sessions is the user alone.</summary>
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
