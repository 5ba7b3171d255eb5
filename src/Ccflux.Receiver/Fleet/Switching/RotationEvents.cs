using System.Text.Json;
using Ccflux.Receiver.Fleet.Rotation;
using Ccflux.Receiver.Fleet.Store;
using Ccflux.Receiver.Platform.Auth;
using Ccflux.Storage.Reading;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Fleet.Switching;

/// <summary>Something that rotation did, or that a person set.</summary>
/// <param name="Kind">One of the constants below.</param>
/// <param name="AgentId">The config dir; null if it concerns more than one.</param>
/// <param name="FromAccount">The account in use at the time.</param>
/// <param name="ToAccount">The other account.</param>
/// <param name="Reason">Why, or by whom.</param>
/// <param name="Figures">What the decision was based on: the windows and velocities of both accounts.</param>
internal sealed record RotationEvent(string Kind, string? AgentId, FleetAccountId? FromAccount, FleetAccountId? ToAccount, string Reason, string Figures = "{}")
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
    public static string By(Actor actor) => JsonSerializer.Serialize(new { By = actor.StoredName }, s_json);

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
internal sealed record EventFilter(string? Kind = null, string? AgentId = null, FleetAccountId? AccountId = null, long? Before = null);

/// <summary>Reads and writes the log of rotation.</summary>
internal sealed class RotationEvents(ReadSessions readers)
{
    /// <summary>The maximum number of stored events; older ones are deleted.</summary>
    public const int Capacity = 100_000;

    /// <summary>The maximum number of events per read.</summary>
    public const int MaxRows = 500;

    public async Task<IReadOnlyList<StoredRotationEvent>> ReadAsync(EventFilter filter, int limit, CancellationToken cancellationToken)
    {
        using var session = await readers.OpenAsync(cancellationToken);
        return session.List(
            RotationSql.Events,
            static rows => new StoredRotationEvent(
                rows.Int64(0),
                UnixTime.At(rows.Int64(1)),
                new RotationEvent(rows.Text(2), rows.TextOrNull(3), FleetAccountId.Of(rows.Int64OrNull(4)), FleetAccountId.Of(rows.Int64OrNull(5)), rows.Text(6), rows.Text(7))),
            ("kind", filter.Kind),
            ("agent", filter.AgentId),
            ("account", filter.AccountId?.Value),
            ("before", filter.Before),
            ("limit", Math.Clamp(limit, 1, MaxRows)));
    }

    /// <summary>Must be called inside a write.</summary>
    public static void Write(WriteSession session, DateTimeOffset at, RotationEvent happened)
    {
        session.Execute(
            RotationSql.InsertEvent,
            ("at", at.ToUnixTimeMilliseconds()),
            ("kind", happened.Kind),
            ("agent", happened.AgentId),
            ("from_account", happened.FromAccount?.Value),
            ("to_account", happened.ToAccount?.Value),
            ("reason", happened.Reason),
            ("figures", happened.Figures));
        session.Execute(RotationSql.PruneEvents, ("keep", Capacity));
    }
}
