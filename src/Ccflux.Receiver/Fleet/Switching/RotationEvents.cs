using System.Text.Json;
using Ccflux.Receiver.Fleet.Rotation;
using Ccflux.Receiver.Fleet.Store;
using Ccflux.Receiver.Platform.Auth.Admin;
using Ccflux.Storage.Sqlite;
using Dapper;

namespace Ccflux.Receiver.Fleet.Switching;

/// <summary>Something that rotation did, or that a person set.</summary>
/// <param name="Kind">One of the constants below.</param>
/// <param name="AgentId">The config dir; null if it concerns more than one.</param>
/// <param name="FromAccount">The account in use at the time.</param>
/// <param name="ToAccount">The other account.</param>
/// <param name="Reason">Why, or by whom.</param>
/// <param name="Figures">What the decision was based on: the windows and velocities of both accounts.</param>
internal sealed record RotationEvent(string Kind, string? AgentId, long? FromAccount, long? ToAccount, string Reason, string Figures = "{}")
{
    public const string Switched = "switched";
    public const string Preempted = "velocity_preemptive_switch";
    public const string Deferred = "switcher_switch_deferred";
    public const string Refused = "switch_refused";
    public const string Blocked = "no_account_usable";
    public const string Asked = "switch_requested";
    public const string Dropped = "request_dropped";
    public const string Released = "request_released";
    public const string Paused = "rotation_paused";
    public const string Resumed = "rotation_resumed";
    public const string Pinned = "pinned";
    public const string Unpinned = "unpinned";
    public const string LimitMet = "limit_met";

    private static readonly JsonSerializerOptions s_json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public static RotationEvent Of(ConfigDirDecision decision, string kind, string? refusal = null) => new(
        kind,
        decision.ConfigDir,
        decision.From?.Account,
        decision.To,
        refusal ?? Word(decision.Reason),
        JsonSerializer.Serialize(new { decision.From, decision.Target, decision.Since }, s_json));

    /// <summary>Names the person who set something, for events whose reason states what was set and not by whom.</summary>
    public static string By(AuditActor actor) => JsonSerializer.Serialize(new { By = actor.Name }, s_json);

    /// <summary>The kind of event for a switch with this reason.</summary>
    public static string KindOf(RotationReason reason) =>
        reason is RotationReason.FiveHourVelocity or RotationReason.SevenDayVelocity ? Preempted : Switched;

    /// <summary>The spelling of a reason in events, the API and the page.</summary>
    public static string Word(RotationReason reason) => reason switch
    {
        RotationReason.InOrder => "in_order",
        RotationReason.FirstChoice => "first_choice",
        RotationReason.Perishable => "perishable",
        RotationReason.FiveHourCeiling => "five_hour_ceiling",
        RotationReason.FiveHourExhausted => "five_hour_exhausted",
        RotationReason.SevenDayExhausted => "seven_day_exhausted",
        RotationReason.ModelExhausted => "model_exhausted",
        RotationReason.FiveHourVelocity => "window=5h",
        RotationReason.SevenDayVelocity => "window=7d",
        RotationReason.Login => "login",
        RotationReason.NotGranted => "not_granted",
        RotationReason.Pinned => "pinned",
        RotationReason.Requested => "requested",
        RotationReason.Cooldown => "cooldown",
        RotationReason.Paused => "paused",
    };
}

/// <summary>A stored event.</summary>
internal sealed record StoredRotationEvent(long EventId, DateTimeOffset At, RotationEvent Event);

/// <summary>Selects events; null means all.</summary>
/// <param name="Before">The id of the last event on the previous page.</param>
internal sealed record EventFilter(string? Kind = null, string? AgentId = null, long? AccountId = null, long? Before = null);

/// <summary>Reads and writes the log of rotation.</summary>
internal sealed class RotationEvents(SqliteReaders readers)
{
    /// <summary>The maximum number of stored events; older ones are deleted.</summary>
    public const int Capacity = 100_000;

    /// <summary>The maximum number of events per read.</summary>
    public const int MaxRows = 500;

    public async Task<IReadOnlyList<StoredRotationEvent>> ReadAsync(EventFilter filter, int limit, CancellationToken cancellationToken)
    {
        using var lease = await readers.RentAsync(cancellationToken);
        var query = new CommandDefinition(
            RotationSql.Events, new { filter.Kind, filter.AgentId, filter.AccountId, filter.Before, Limit = Math.Clamp(limit, 1, MaxRows) }, cancellationToken: cancellationToken);
        return [.. (await lease.Connection.QueryAsync<Row>(query)).Select(row => new StoredRotationEvent(
            row.EventId,
            UnixTime.At(row.At),
            new RotationEvent(row.Kind, row.AgentId, row.FromAccount, row.ToAccount, row.Reason, row.Figures)))];
    }

    /// <summary>Must be called inside a write.</summary>
    public static void Write(SqlConnection connection, DateTimeOffset at, RotationEvent happened)
    {
        connection.Execute(
            RotationSql.InsertEvent, at.ToUnixTimeMilliseconds(), happened.Kind, happened.AgentId, happened.FromAccount, happened.ToAccount, happened.Reason, happened.Figures);
        connection.Execute(RotationSql.PruneEvents, Capacity);
    }

    private sealed class Row
    {
        public long EventId { get; init; }

        public long At { get; init; }

        public string Kind { get; init; } = "";

        public string? AgentId { get; init; }

        public long? FromAccount { get; init; }

        public long? ToAccount { get; init; }

        public string Reason { get; init; } = "";

        public string Figures { get; init; } = "";
    }
}
