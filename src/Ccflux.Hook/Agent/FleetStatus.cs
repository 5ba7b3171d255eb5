using System.Globalization;
using System.Text.Json;
using Ccflux.Contracts.Fleet;
using Ccflux.Hook.Agent.State;
using Ccflux.Hook.Agent.Swap;
using Ccflux.Hook.Spool;

namespace Ccflux.Hook.Agent;

/// <summary>What <c>ccflux status</c> tells of the fleet: who looks after this config dir's login, and exactly what was told last.</summary>
internal sealed record FleetStatus
{
    public required string AgentId { get; init; }

    public required string Endpoint { get; init; }

    /// <summary>Of the receiver's keys, as its admin was shown it; null where the agent must be enrolled again, since it knows no key to check commands with.</summary>
    public string? ReceiverKey { get; init; }

    /// <summary>An agent runs: it does while a session lives.</summary>
    public required bool Running { get; init; }

    /// <summary>Where the client keeps its login; in a keychain no agent can change it.</summary>
    public required string Login { get; init; }

    /// <summary>Label of the account that the fleet put in place; null where the login is the user's own.</summary>
    public string? Account { get; init; }

    public DateTimeOffset? LastHeartbeatUtc { get; init; }

    public string? LastAnswer { get; init; }

    /// <summary>Why a login that is to be put in place is not yet.</summary>
    public string? Waiting { get; init; }

    /// <summary>The last heartbeat, exactly as it was sent.</summary>
    public Heartbeat? LastHeartbeat { get; init; }

    /// <summary>Whether the login that stands in the config dir is the fleet's.</summary>
    public static bool HoldsLogin(FleetDirectory fleet) => FleetStateJson.Read(fleet.Progress, FleetStateJson.Default.CommandProgress)?.Held is not null;

    /// <summary>Null where the config dir is not enrolled.</summary>
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
            ? "               it must be enrolled again: its enrolment is from before commands were signed"
            : $"               receiver's keys: {ReceiverKey}");
        output.WriteLine($"               login: {(Login is LoginPlace.Keychain ? "in the keychain, where it is left alone" : Account is { } account ? $"account {account}, put in place by the fleet" : "your own")}");
        if (Waiting is { } why)
        {
            output.WriteLine($"               another login waits: {why}");
        }

        if (LastHeartbeat is { } heartbeat)
        {
            output.WriteLine($"  Heartbeat    {LastHeartbeatUtc!.Value.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture)} ({LastAnswer}); exactly as it was sent:");
            output.WriteLine(JsonSerializer.Serialize(heartbeat, FleetJson.Default.Heartbeat));
        }
    }
}
