using Ccflux.Receiver.Platform.Auth.Admin;
using Ccflux.Storage.Sqlite;
using Dapper;

namespace Ccflux.Receiver.Fleet.Store;

/// <summary>An access to a credential, or an attempt at one.</summary>
/// <param name="Actor">Who: <c>admin</c>, <c>cli</c>, <c>switcher</c>, <c>agent</c>, <c>anonymous</c>.</param>
/// <param name="Action">One of <see cref="FleetAction"/>.</param>
/// <param name="Outcome"><see cref="Done"/>, or a word for what it was refused for.</param>
internal sealed record FleetAccess(AuditActor Actor, string Action, string Outcome, long? AccountId = null, string? AgentId = null, string? Fingerprint = null, string Detail = "")
{
    public const string Done = "ok";

    /// <summary>Whoever signs with an agent's key.</summary>
    public const string Agent = "agent";

    /// <summary>Whoever is no agent.</summary>
    public const string Anonymous = "anonymous";

    /// <summary>Whether somebody outside tried what they may not: such attempts are counted apart from accesses, so that no number of them removes one.</summary>
    public bool IsRefusedAttempt =>
        Actor.Name is Agent or Anonymous
        && (Outcome is FleetRefusals.Stray || (Outcome is not Done && Action is FleetAction.Authenticate or FleetAction.Enrol or FleetAction.BringBack));
}

/// <summary>What is done to credentials.</summary>
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

/// <summary>The record of every access to a credential. An access writes its row in its own transaction, so there is none without the other. What the admin
/// or a command did is told in the admin's log as well. What outsiders attempt in vain is counted by <see cref="FleetRefusals"/>.</summary>
internal sealed class FleetAudit(SqliteReaders readers)
{
    /// <summary>Rows one read gives at most.</summary>
    public const int MaxRows = 500;

    /// <summary>Rows that are kept at most of what people and the receiver itself did.</summary>
    public const int Capacity = 200_000;

    /// <summary>Rows that are kept at most of one kind of one agent's accesses: an agent can push out nothing but its own.</summary>
    public const int AgentCapacity = 5_000;

    /// <summary>Rows that are kept at most of all agents' accesses.</summary>
    public const int AgentsCapacity = 1_000_000;

    private const int MaxDetail = 200;

    /// <summary>To be called inside the write that makes the access.</summary>
    public static void Write(SqlConnection connection, DateTimeOffset at, FleetAccess access)
    {
        access = access with { Detail = Shown(access.Detail) };
        if (access.IsRefusedAttempt)
        {
            FleetRefusals.Write(connection, at, access);
            return;
        }

        connection.Execute(
            FleetAuditSql.Insert,
            at.ToUnixTimeMilliseconds(),
            access.Actor.Name,
            access.Actor.Address,
            access.Action,
            access.AccountId,
            access.AgentId,
            access.Fingerprint,
            access.Outcome,
            access.Detail);
        if (access.Actor.Name is "admin" or "cli")
        {
            var outcome = access.Outcome is FleetAccess.Done ? "" : access.Outcome;
            WriteAdmin(connection, at, access.Actor, access.Action, access.AccountId, access.AgentId, outcome, access.Detail);
        }
    }

    /// <summary>What a person changed stands in the admin's log, too, beside what they change elsewhere. To be called inside the write.</summary>
    public static void WriteAdmin(SqlConnection connection, DateTimeOffset at, AuditActor actor, string action, long? accountId, string? agentId, params ReadOnlySpan<string> details)
    {
        var account = accountId is { } id ? Name(connection, FleetAuditSql.LabelOf, id) : "";
        var machine = agentId is null ? "" : Name(connection, FleetAuditSql.MachineOf, agentId);
        var (target, parts) = account.Length > 0 ? (account, new List<string> { machine }) : (machine, []);
        parts.AddRange(details);
        AuditLog.Write(connection, new AuditEntry(at, actor, "fleet." + action, target, string.Join(", ", parts.Where(part => part.Length > 0))));
    }

    /// <summary>The newest rows, or those before <paramref name="before"/> (an id) for the next page.</summary>
    public async Task<IReadOnlyList<FleetAuditRow>> ReadAsync(int limit, long before, CancellationToken cancellationToken)
    {
        using var lease = await readers.RentAsync(cancellationToken);
        var query = new CommandDefinition(FleetAuditSql.Read, new { Limit = Math.Clamp(limit, 1, MaxRows), Before = before }, cancellationToken: cancellationToken);
        return (await lease.Connection.QueryAsync<FleetAuditRow>(query)).AsList();
    }

    /// <summary>Takes away what is too old or beyond the limits. To be called inside a write.</summary>
    public static int Prune(SqlConnection connection, DateTimeOffset before) =>
        connection.Execute(FleetAuditSql.PruneOld, before.ToUnixTimeMilliseconds())
        + connection.Execute(FleetAuditSql.PruneOthers, Capacity)
        + connection.Execute(FleetAuditSql.PruneEachAgent, AgentCapacity)
        + connection.Execute(FleetAuditSql.PruneAgents, AgentsCapacity);

    private static string Shown(string detail)
    {
        detail = SafeDisplayText.Clean(detail);
        return detail.Length <= MaxDetail ? detail : detail[..MaxDetail];
    }

    private static string Name(SqlConnection connection, string sql, SqlValue id)
    {
        using var rows = connection.Query(sql, id);
        return rows.Read() ? rows.Text(0) : "";
    }
}

/// <summary>A row as it is read: <see cref="At"/> in epoch milliseconds.</summary>
internal class FleetAuditRow
{
    public long Id { get; init; }

    public long At { get; init; }

    public string Actor { get; init; } = "";

    public string Address { get; init; } = "";

    public string Action { get; init; } = "";

    public long? AccountId { get; init; }

    /// <summary>The account's label; empty where it is gone.</summary>
    public string Account { get; init; } = "";

    public string? AgentId { get; init; }

    public string Machine { get; init; } = "";

    public string? Fingerprint { get; init; }

    public string Outcome { get; init; } = "";

    public string Detail { get; init; } = "";
}
