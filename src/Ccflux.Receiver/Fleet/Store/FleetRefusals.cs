using Ccflux.Storage.Sqlite;
using Dapper;

namespace Ccflux.Receiver.Fleet.Store;

/// <summary>Counts refused attempts of outsiders: one row per hour, IP address and kind, with the number of attempts and the detail of the last.</summary>
internal sealed class FleetRefusals(SqliteReaders readers)
{
    /// <summary>The maximum number of rows.</summary>
    public const int Capacity = 100_000;

    /// <summary>The maximum number of rows per hour; beyond it attempts are counted by kind alone, under <see cref="Elsewhere"/>.</summary>
    public const int PerHour = 2_000;

    /// <summary>Stands for IP addresses that got no row of their own in that hour.</summary>
    public const string Elsewhere = "others";

    /// <summary>The outcome of an answer to a command that is not open, or that its agent reports as not signed by the receiver.</summary>
    public const string Stray = "stray";

    private const long HourMilliseconds = 3_600_000;

    /// <summary>Must be called inside a write. The detail is <see cref="SafeDisplayText"/>.</summary>
    /// <param name="connection">The write's.</param>
    /// <param name="at">When.</param>
    /// <param name="attempt">What was refused.</param>
    /// <param name="times">How often.</param>
    public static void Write(SqlConnection connection, DateTimeOffset at, FleetAccess attempt, int times = 1)
    {
        var hour = at.ToUnixTimeMilliseconds() / HourMilliseconds;
        var (address, agent, account) = (attempt.Actor.Address, attempt.AgentId ?? "", attempt.AccountId ?? 0);
        var isKnown = connection.Scalar(FleetAuditSql.HasRefusal, hour, address, attempt.Action, attempt.Outcome, agent, account) is not null;
        if (!isKnown && connection.Scalar(FleetAuditSql.CountRefusals, hour) >= PerHour)
        {
            (address, agent, account) = (Elsewhere, "", 0);
        }

        connection.Execute(
            FleetAuditSql.PutRefusal,
            hour,
            address,
            attempt.Action,
            attempt.Outcome,
            agent,
            account,
            attempt.Actor.Name,
            attempt.Fingerprint,
            attempt.Detail,
            times,
            at.ToUnixTimeMilliseconds());
    }

    /// <summary>Deletes rows that are too old or beyond the limit. Must be called inside a write.</summary>
    public static int Prune(SqlConnection connection, DateTimeOffset before) =>
        connection.Execute(FleetAuditSql.PruneRefusals, before.ToUnixTimeMilliseconds(), Capacity);

    /// <summary>The newest rows, at most <see cref="FleetAudit.MaxRows"/>.</summary>
    public async Task<IReadOnlyList<FleetRefusalRow>> ReadAsync(int limit, CancellationToken cancellationToken)
    {
        using var lease = await readers.RentAsync(cancellationToken);
        var query = new CommandDefinition(FleetAuditSql.ReadRefusals, new { Limit = Math.Clamp(limit, 1, FleetAudit.MaxRows) }, cancellationToken: cancellationToken);
        return (await lease.Connection.QueryAsync<FleetRefusalRow>(query)).AsList();
    }
}

/// <summary>A row of refused attempts; <see cref="FleetAuditRow.At"/> is the time of the last of <see cref="Times"/> attempts.</summary>
internal sealed class FleetRefusalRow : FleetAuditRow
{
    public long Times { get; init; }
}
