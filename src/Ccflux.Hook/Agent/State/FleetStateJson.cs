using System.Text.Json;
using System.Text.Json.Serialization;
using Ccflux.Contracts.Fleet;
using Ccflux.Hook.Spool;

namespace Ccflux.Hook.Agent.State;

/// <summary><c>enrolment.json</c>: who this agent is to which receiver.</summary>
/// <param name="Endpoint">The receiver's base address.</param>
/// <param name="AgentId">As the receiver calls this agent.</param>
/// <param name="ReceiverKey">Public key that logins are sealed to.</param>
/// <param name="CommandKey">Public key that commands must be signed with. Null where the enrolment is from before they were: it is worth nothing any more.</param>
/// <param name="ConfigDirId">What the receiver knows of the config dir's path.</param>
/// <param name="At">When it was enrolled.</param>
internal sealed record Enrolment(string Endpoint, string AgentId, string ReceiverKey, string? CommandKey, string ConfigDirId, DateTimeOffset At);

/// <summary>A login of the fleet that stands in the config dir.</summary>
/// <param name="AccountId">Whose.</param>
/// <param name="AccountLabel">What the admin calls it.</param>
/// <param name="Fingerprint">Of the login that the receiver knows; the client may have renewed it since.</param>
/// <param name="Sent">Of renewed ones that were sent since, and whose answer did not arrive: the receiver may know one of them instead.</param>
internal sealed record InstalledLogin(string AccountId, string AccountLabel, string Fingerprint, IReadOnlyList<string>? Sent = null);

/// <summary><c>commands.json</c>: how far commands are carried out.</summary>
/// <param name="LastCommand">The largest that was taken up.</param>
/// <param name="Done">The newest that were carried out.</param>
/// <param name="Confirm">Carried out and not told yet.</param>
/// <param name="Refused">Refused and not told yet.</param>
/// <param name="Held">Null where the login in the config dir is not the fleet's.</param>
internal sealed record CommandProgress(long LastCommand, IReadOnlyList<long> Done, IReadOnlyList<long> Confirm, IReadOnlyList<RefusedCommand> Refused, InstalledLogin? Held)
{
    public static CommandProgress Empty { get; } = new(0, [], [], [], null);
}

/// <summary><c>last_heartbeat.json</c>: how the last one went, for <c>ccflux status</c>.</summary>
/// <param name="At">When.</param>
/// <param name="Answer">In a few words.</param>
/// <param name="Answered">When one was answered last.</param>
/// <param name="Waiting">Why a swap waits; null where none does.</param>
/// <param name="Payload">What was sent.</param>
internal sealed record LastHeartbeatFile(DateTimeOffset At, string Answer, DateTimeOffset? Answered, string? Waiting, Heartbeat Payload);

/// <summary>How the agent's own files are written.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, MaxDepth = 16)]
[JsonSerializable(typeof(Enrolment))]
[JsonSerializable(typeof(CommandProgress))]
[JsonSerializable(typeof(LastHeartbeatFile))]
[JsonSerializable(typeof(SwapJournal))]
[JsonSerializable(typeof(RemovedLogin))]
internal sealed partial class FleetStateJson : JsonSerializerContext
{
    /// <summary>Null where there is none, or it is damaged.</summary>
    public static T? Read<T>(string path, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return AtomicFile.Read(path) is { } json ? JsonSerializer.Deserialize(json, type) : null;
        }
        catch (JsonException)
        {
            return null; // written whole or not at all, so somebody else's hand was in it
        }
    }

    public static void Write<T>(string path, T value, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type, bool toDisk = true)
        where T : class =>
        AtomicFile.Write(path, JsonSerializer.SerializeToUtf8Bytes(value, type), toDisk);
}
