using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Platform.Auth.Admin;
using Ccflux.Storage.Reading;
using Ccflux.Storage.Sql;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Fleet.Store;

/// <summary>An access to a credential, or an attempt at one.</summary>
/// <param name="Actor">Anyone who signs with an agent's key is an agent; anyone else who claims to be one is anonymous.</param>
/// <param name="Action">One of <see cref="FleetAction"/>.</param>
/// <param name="Outcome"><see cref="Done"/>, or the reason for the refusal in a word.</param>
internal sealed record FleetAccess(Actor Actor, string Action, string Outcome, FleetAccountId? AccountId = null, string? AgentId = null, string? Fingerprint = null, string Detail = "")
{
    public const string Done = "ok";

    /// <summary>Whether an outsider tried something forbidden. Such attempts are stored separately from accesses, so that no number of them displaces an access.</summary>
    public bool IsRefusedAttempt =>
        Actor.Kind is ActorKind.Agent or ActorKind.Anonymous
        && (Outcome is FleetRefusals.Stray || (Outcome is not Done && Action is FleetAction.Authenticate or FleetAction.Enrol or FleetAction.BringBack));
}

/// <summary>The kinds of access to credentials.</summary>
internal static class FleetAction
{
    public const string Import = "import";
    public const string Edit = "edit";
    public const string Remove = "remove";
    public const string Refresh = "refresh";
    public const string Code = "code";
    public const string Enrol = "enrol";
    public const string Revoke = "revoke";
    public const string Grant = "grant";
    public const string Seal = "seal";
    public const string Deliver = "deliver";
    public const string Confirm = "confirm";
    public const string TakeBack = "take-back";
    public const string BringBack = "bring-back";
    public const string Adopt = "adopt";
    public const string Authenticate = "authenticate";
    public const string Restore = "restore";
    public const string ReadAnswer = "read-answer";
    public const string RotateKeys = "rotate-keys";
}

/// <summary>Records every access to a credential. An access writes its row in its own transaction, so neither exists without the other. Actions of the admin
/// or of a command also appear in the audit log. Failed attempts by outsiders are counted by <see cref="FleetRefusals"/>.</summary>
internal sealed class FleetAudit(ReadSessions readers)
{
    /// <summary>The maximum number of rows per read.</summary>
    public const int MaxRows = 500;

    /// <summary>The maximum number of rows for actions of people and of the receiver itself.</summary>
    public const int Capacity = 200_000;

    /// <summary>The maximum number of rows per agent and action: an agent can displace only its own rows.</summary>
    public const int AgentCapacity = 5_000;

    /// <summary>The maximum number of rows for all agents' accesses.</summary>
    public const int AgentsCapacity = 1_000_000;

    private const int MaxDetail = 200;

    /// <summary>Must be called inside the write that makes the access.</summary>
    public static void Write(WriteSession session, DateTimeOffset at, FleetAccess access)
    {
        access = access with { Detail = Shown(access.Detail) };
        if (access.IsRefusedAttempt)
        {
            FleetRefusals.Write(session, at, access);
            return;
        }

        session.Execute(
            FleetAuditSql.Insert,
            ("at", at.ToUnixTimeMilliseconds()),
            ("actor", access.Actor.StoredName),
            ("address", access.Actor.IpAddress),
            ("action", access.Action),
            ("account", access.AccountId?.Value),
            ("agent", access.AgentId),
            ("fingerprint", access.Fingerprint),
            ("outcome", access.Outcome),
            ("detail", access.Detail));
        if (access.Actor.IsOfPeople)
        {
            var outcome = access.Outcome is FleetAccess.Done ? "" : access.Outcome;
            WriteAdmin(session, at, access.Actor, access.Action, access.AccountId, access.AgentId, outcome, access.Detail);
        }
    }

    /// <summary>Adds a person's change to the audit log, next to their other changes. Must be called inside the write.</summary>
    public static void WriteAdmin(WriteSession session, DateTimeOffset at, Actor actor, string action, FleetAccountId? accountId, string? agentId, params ReadOnlySpan<string> details)
    {
        var account = accountId is { } id ? session.Text(FleetAuditSql.LabelOf, ("account", id.Value)) ?? "" : "";
        var machine = agentId is null ? "" : session.Text(FleetAuditSql.MachineOf, ("agent", agentId)) ?? "";
        var (target, parts) = account.Length > 0 ? (account, new List<string> { machine }) : (machine, []);
        parts.AddRange(details);
        AuditLog.Write(session, new AuditEntry(at, actor, "fleet." + action, target, string.Join(", ", parts.Where(part => part.Length > 0))));
    }

    /// <summary>The newest rows or, for the next page, those before <paramref name="before"/> (an id).</summary>
    public async Task<IReadOnlyList<FleetAuditRow>> ReadAsync(int limit, long before, CancellationToken cancellationToken)
    {
        using var session = await readers.OpenAsync(cancellationToken);
        return session.List(FleetAuditSql.Read, Row, ("limit", Math.Clamp(limit, 1, MaxRows)), ("before", before));
    }

    /// <summary>Deletes rows that are too old or beyond the limits. Must be called inside a write.</summary>
    public static int Prune(WriteSession session, DateTimeOffset before) =>
        session.Execute(FleetAuditSql.PruneOld, ("before", before.ToUnixTimeMilliseconds()))
        + session.Execute(FleetAuditSql.PruneOthers, ("keep", Capacity))
        + session.Execute(FleetAuditSql.PruneEachAgent, ("keep", AgentCapacity))
        + session.Execute(FleetAuditSql.PruneAgents, ("keep", AgentsCapacity));

    private static string Shown(string detail)
    {
        detail = SafeDisplayText.Clean(detail);
        return detail.Length <= MaxDetail ? detail : detail[..MaxDetail];
    }

    private static FleetAuditRow Row(Rows rows) => new()
    {
        Id = rows.Int64(0),
        At = rows.Int64(1),
        Actor = rows.Text(2),
        Address = rows.Text(3),
        Action = rows.Text(4),
        AccountId = FleetAccountId.Of(rows.Int64OrNull(5)),
        Account = rows.Text(6),
        AgentId = rows.TextOrNull(7),
        Machine = rows.Text(8),
        Fingerprint = rows.TextOrNull(9),
        Outcome = rows.Text(10),
        Detail = rows.Text(11),
    };
}

/// <summary>A row of the access log; <see cref="At"/> is in epoch milliseconds.</summary>
internal class FleetAuditRow
{
    public long Id { get; init; }

    public long At { get; init; }

    public string Actor { get; init; } = "";

    public string Address { get; init; } = "";

    public string Action { get; init; } = "";

    public FleetAccountId? AccountId { get; init; }

    /// <summary>The account's label; empty if it no longer exists.</summary>
    public string Account { get; init; } = "";

    public string? AgentId { get; init; }

    public string Machine { get; init; } = "";

    public string? Fingerprint { get; init; }

    public string Outcome { get; init; } = "";

    public string Detail { get; init; } = "";
}
