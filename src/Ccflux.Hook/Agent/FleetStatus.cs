using System.Globalization;
using System.Text.Json;
using Ccflux.Contracts.Fleet;
using Ccflux.Hook.Agent.State;
using Ccflux.Hook.Agent.Swap;
using Ccflux.Hook.Spool;

namespace Ccflux.Hook.Agent;

/// <summary>What <c>ccflux status</c> shows about the fleet: who manages this config directory's login, and exactly what was sent last.</summary>
internal sealed record FleetStatus
{
    public required string AgentId { get; init; }

    public required string Endpoint { get; init; }

    /// <summary>Fingerprint of the receiver's keys, as shown to its admin; null if the agent must be enrolled again because it has no key to check commands with.</summary>
    public string? ReceiverKey { get; init; }

    /// <summary>Whether an agent is running: it does so while a session is alive.</summary>
    public required bool Running { get; init; }

    /// <summary>Where the client keeps its login; an agent cannot change one in a keychain.</summary>
    public required string Login { get; init; }

    /// <summary>Label of the account whose login the fleet installed; null if the login is the user's own.</summary>
    public string? Account { get; init; }

    public DateTimeOffset? LastHeartbeatUtc { get; init; }

    public string? LastAnswer { get; init; }

    /// <summary>Why a login that is due to be installed is not installed yet.</summary>
    public string? Waiting { get; init; }

    /// <summary>The last heartbeat, exactly as it was sent.</summary>
    public Heartbeat? LastHeartbeat { get; init; }

    /// <summary>Whether the login in the config directory is the fleet's.</summary>
    public static bool HoldsLogin(FleetDirectory fleet) => FleetStateJson.Read(fleet.Progress, FleetStateJson.Default.CommandProgress)?.Held is not null;

    /// <summary>Null if the config directory is not enrolled.</summary>
    public static FleetStatus? Read(FleetDirectory fleet)
    {
        if (FleetStateJson.Read(fleet.Enrolment, FleetStateJson.Default.Enrolment) is not { } enrolment)
        {
            return null;
        }

        var heartbeat = FleetStateJson.Read(fleet.LastHeartbeatFile, FleetStateJson.Default.LastHeartbeatFile);
        return new FleetStatus
        {
            AgentId = enrolment.AgentId,
            Endpoint = enrolment.Endpoint,
            ReceiverKey = enrolment.CommandKey is { } key ? KeyFingerprint.Of(key, enrolment.ReceiverKey) : null,
            Running = File.Exists(fleet.Lock) && DeliverLock.IsTaken(fleet.Lock),
            Login = new LoginFile(fleet.State.ConfigDir).Place,
            Account = FleetStateJson.Read(fleet.Progress, FleetStateJson.Default.CommandProgress)?.Held?.AccountLabel,
            LastHeartbeatUtc = heartbeat?.At,
            LastAnswer = heartbeat?.Answer,
            Waiting = heartbeat?.Waiting,
            LastHeartbeat = heartbeat?.Payload,
        };
    }

    public void Write(TextWriter output)
    {
        output.WriteLine($"  Fleet        agent {AgentId} of {Endpoint}, {(Running ? "running" : "starts with the next session")}");
        output.WriteLine(ReceiverKey is null
            ? "               enrol it again: its enrolment predates signed commands"
            : $"               receiver's keys: {ReceiverKey}");
        output.WriteLine($"               login: {(Login is LoginPlace.Keychain ? "in the keychain, which ccflux does not change" : Account is { } account ? $"account {account}, installed by the fleet" : "your own")}");
        if (Waiting is { } why)
        {
            output.WriteLine($"               another login is waiting: {why}");
        }

        if (LastHeartbeat is { } heartbeat)
        {
            output.WriteLine($"  Heartbeat    {LastHeartbeatUtc!.Value.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture)} ({LastAnswer}); exactly as it was sent:");
            output.WriteLine(JsonSerializer.Serialize(heartbeat, FleetJson.Default.Heartbeat));
        }
    }
}
