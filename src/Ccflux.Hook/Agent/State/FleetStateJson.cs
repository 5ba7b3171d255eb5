using System.Text.Json;
using System.Text.Json.Serialization;
using Ccflux.Contracts.Fleet;
using Ccflux.Hook.Spool;

namespace Ccflux.Hook.Agent.State;

/// <summary><c>enrolment.json</c>: the receiver that this agent is enrolled at, and its identity there.</summary>
/// <param name="Endpoint">The receiver's base URL.</param>
/// <param name="AgentId">The receiver's id for this agent.</param>
/// <param name="ReceiverKey">Public key that logins are sealed to.</param>
/// <param name="CommandKey">Public key that commands must be signed with. Null if the enrolment predates signed commands: it is then no longer usable.</param>
/// <param name="ConfigDirId">Hash of machine and path, by which the receiver knows the config directory.</param>
/// <param name="At">When the agent was enrolled.</param>
internal sealed record Enrolment(string Endpoint, string AgentId, string ReceiverKey, string? CommandKey, string ConfigDirId, DateTimeOffset At);

/// <summary>A fleet login that is in the config directory.</summary>
/// <param name="AccountId">The account that it belongs to.</param>
/// <param name="AccountLabel">The admin's label for the account.</param>
/// <param name="Fingerprint">Fingerprint of the login as the receiver knows it; the client may have renewed it since.</param>
/// <param name="Sent">Fingerprints of renewed logins that were sent since and not answered: the receiver may know one of them instead.</param>
internal sealed record InstalledLogin(string AccountId, string AccountLabel, string Fingerprint, IReadOnlyList<string>? Sent = null);

/// <summary><c>commands.json</c>: which commands were carried out.</summary>
/// <param name="LastCommand">The largest id that was accepted.</param>
/// <param name="Done">The latest commands that were carried out.</param>
/// <param name="Confirm">Carried out and not reported yet.</param>
/// <param name="Refused">Refused and not reported yet.</param>
/// <param name="Held">Null if the login in the config directory is not the fleet's.</param>
internal sealed record CommandProgress(long LastCommand, IReadOnlyList<long> Done, IReadOnlyList<long> Confirm, IReadOnlyList<RefusedCommand> Refused, InstalledLogin? Held)
{
    public static CommandProgress Empty { get; } = new(0, [], [], [], null);
}

/// <summary><c>last_heartbeat.json</c>: outcome of the last heartbeat, for <c>ccflux status</c>.</summary>
/// <param name="At">When it was sent.</param>
/// <param name="Answer">The outcome, in a few words.</param>
/// <param name="Answered">When the receiver last answered.</param>
/// <param name="Waiting">Why a swap is waiting; null if none is.</param>
/// <param name="Payload">The heartbeat that was sent.</param>
internal sealed record LastHeartbeatFile(DateTimeOffset At, string Answer, DateTimeOffset? Answered, string? Waiting, Heartbeat Payload);

/// <summary>Reads and writes the agent's own files.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, MaxDepth = 16)]
[JsonSerializable(typeof(Enrolment))]
[JsonSerializable(typeof(CommandProgress))]
[JsonSerializable(typeof(LastHeartbeatFile))]
[JsonSerializable(typeof(SwapJournal))]
[JsonSerializable(typeof(RemovedLogin))]
internal sealed partial class FleetStateJson : JsonSerializerContext
{
    /// <summary>Null if there is none, or it is damaged.</summary>
    public static T? Read<T>(string path, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return AtomicFile.Read(path) is { } json ? JsonSerializer.Deserialize(json, type) : null;
        }
        catch (JsonException)
        {
            return null; // written atomically, so something else has changed it
        }
    }

    public static void Write<T>(string path, T value, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type, bool toDisk = true)
        where T : class =>
        AtomicFile.Write(path, JsonSerializer.SerializeToUtf8Bytes(value, type), toDisk);
}
