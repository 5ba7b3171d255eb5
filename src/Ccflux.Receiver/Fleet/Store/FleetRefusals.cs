using Ccflux.Storage.Reading;
using Ccflux.Storage.Sql;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Fleet.Store;

/// <summary>Counts refused attempts of outsiders: one row per hour, IP address and kind, with the number of attempts and the detail of the last.</summary>
internal sealed class FleetRefusals(ReadSessions readers)
{
    /// <summary>The maximum number of rows.</summary>
    public const int Capacity = 100_000;

    /// <summary>The maximum number of rows per hour; beyond it attempts are counted by kind alone, under <see cref="Elsewhere"/>.</summary>
    public const int PerHour = 2_000;

    /// <summary>Stands for IP addresses that got no row of their own in that hour.</summary>
    public const string Elsewhere = "others";

    /// <summary>The outcome of an answer to a command that is not open, or that its agent reports as not signed by the receiver.</summary>
    public const string Stray = "stray";

    /// <summary>Must be called inside a write. The detail is <see cref="SafeDisplayText"/>.</summary>
    /// <param name="session">The write's.</param>
    /// <param name="at">When.</param>
    /// <param name="attempt">What was refused.</param>
    /// <param name="times">How often.</param>
    public static void Write(WriteSession session, DateTimeOffset at, FleetAccess attempt, int times = 1)
    {
        var hour = at.ToUnixTimeMilliseconds() / UnixTime.Hour;
        var (address, agent, account) = (attempt.Actor.IpAddress, attempt.AgentId ?? "", attempt.AccountId?.Value ?? 0);
        var isKnown = session.Any(
            FleetAuditSql.HasRefusal,
            ("hour", hour),
            ("address", address),
            ("action", attempt.Action),
            ("outcome", attempt.Outcome),
            ("agent", agent),
            ("account", account));
        if (!isKnown && session.Scalar(FleetAuditSql.CountRefusals, ("hour", hour)) >= PerHour)
        {
            (address, agent, account) = (Elsewhere, "", 0);
        }

        session.Execute(
            FleetAuditSql.PutRefusal,
            ("hour", hour),
            ("address", address),
            ("action", attempt.Action),
            ("outcome", attempt.Outcome),
            ("agent", agent),
            ("account", account),
            ("actor", attempt.Actor.StoredName),
            ("fingerprint", attempt.Fingerprint),
            ("detail", attempt.Detail),
            ("times", times),
            ("at", at.ToUnixTimeMilliseconds()));
    }

    /// <summary>Deletes rows that are too old or beyond the limit. Must be called inside a write.</summary>
    public static int Prune(WriteSession session, DateTimeOffset before) =>
        session.Execute(FleetAuditSql.PruneRefusals, ("before", before.ToUnixTimeMilliseconds()), ("keep", Capacity));

    /// <summary>The newest rows, at most <see cref="FleetAudit.MaxRows"/>.</summary>
    public async Task<IReadOnlyList<FleetRefusalRow>> ReadAsync(int limit, CancellationToken cancellationToken)
    {
        using var session = await readers.OpenAsync(cancellationToken);
        return session.List(FleetAuditSql.ReadRefusals, Row, ("limit", Math.Clamp(limit, 1, FleetAudit.MaxRows)));
    }

    private static FleetRefusalRow Row(Rows rows) => new()
    {
        At = rows.Int64(0),
        Actor = rows.Text(1),
        Address = rows.Text(2),
        Action = rows.Text(3),
        AccountId = FleetAccountId.Of(rows.Int64OrNull(4)),
        Account = rows.Text(5),
        AgentId = rows.TextOrNull(6),
        Machine = rows.Text(7),
        Fingerprint = rows.TextOrNull(8),
        Outcome = rows.Text(9),
        Detail = rows.Text(10),
        Times = rows.Int64(11),
    };
}

/// <summary>A row of refused attempts; <see cref="FleetAuditRow.At"/> is the time of the last of <see cref="Times"/> attempts.</summary>
internal sealed class FleetRefusalRow : FleetAuditRow
{
    public long Times { get; init; }
}
