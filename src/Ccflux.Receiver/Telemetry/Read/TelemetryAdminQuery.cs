using Ccflux.Receiver.Telemetry.Read.Views;
using Ccflux.Receiver.Telemetry.Store;
using Ccflux.Storage.Sqlite;
using Dapper;

namespace Ccflux.Receiver.Telemetry.Read;

/// <summary>Reads what a person's page shows besides the figures: tokens, the plan, what clients state, and the comparison with hook reports.</summary>
internal sealed class TelemetryAdminQuery(SqliteReaders readers, IHookTotals hooks, ISeatPlans plans, LabelNames names)
{
    /// <summary>The most sessions in one comparison.</summary>
    public const int MaxSessions = 500;

    /// <summary>An installation that names no user.</summary>
    public async Task<(string InstallId, string? MappedTo)?> InstallAsync(long subject, CancellationToken cancellationToken)
    {
        using var lease = await readers.RentAsync(cancellationToken);
        return lease.Connection.QueryFirstOrDefault<(string, string?)?>(TelemetryReadSql.Install, new { Subject = subject });
    }

    /// <summary>True for users of this receiver, and for any name under which telemetry is shown.</summary>
    public async Task<bool> IsKnownAsync(string person, CancellationToken cancellationToken)
    {
        using var lease = await readers.RentAsync(cancellationToken);
        return lease.Connection.ExecuteScalar<bool>(TelemetryReadSql.IsUser, new { Email = person })
            || lease.Connection.ExecuteScalar<bool>(TelemetryReadSql.IsPerson, new { Person = person });
    }

    /// <summary>A person's plan: as the admin set it, otherwise the tier; null if neither is known.</summary>
    public async Task<SeatPlan?> PlanAsync(string person, CancellationToken cancellationToken)
    {
        var tiers = await plans.ReadAsync(cancellationToken);
        using var lease = await readers.RentAsync(cancellationToken);
        return SeatPlan.Set(tiers, lease.Connection.Query<(string, string)>(TelemetryReadSql.Plans)).GetValueOrDefault(person);
    }

    /// <summary>What a person's clients stated, of all time: by label, the latest first.</summary>
    public async Task<IReadOnlyList<StatedRow>> LabelsAsync(string person, CancellationToken cancellationToken)
    {
        List<(string Kind, string? Name, string? Value, long? FirstAt, long? LastAt)> rows;
        using (var lease = await readers.RentAsync(cancellationToken))
        {
            rows = lease.Connection.Query<(string, string?, string?, long?, long?)>(TelemetryReadSql.LabelsOfPerson, new { Person = person }).AsList();
        }

        var surest = rows.Any(row => row.Kind is SubjectKind.User) ? SubjectKind.User : SubjectKind.Claimed;
        var heard = rows.Where(row => row.Name is not null && SubjectKind.Speaks(row.Kind, surest)).ToLookup(row => row.Name!, StringComparer.Ordinal);
        return
        [
            .. names.All.SelectMany(name => heard[name]
                .GroupBy(row => row.Value!, StringComparer.Ordinal)
                .Select(group => (Value: group.Key, FirstAt: group.Min(row => row.FirstAt!.Value), LastAt: group.Max(row => row.LastAt!.Value)))
                .OrderByDescending(row => row.LastAt).ThenByDescending(row => row.FirstAt).ThenBy(row => row.Value, StringComparer.Ordinal)
                .Select((row, place) => new StatedRow(name, row.Value, UnixTime.At(row.FirstAt), UnixTime.At(row.LastAt), IsCurrent: place == 0, IsClaimed: surest is not SubjectKind.User))),
        ];
    }

    /// <summary>A user's telemetry tokens; null if the receiver has no such user.</summary>
    public async Task<IReadOnlyList<TelemetryTokenRow>?> TokensAsync(string email, CancellationToken cancellationToken)
    {
        using var lease = await readers.RentAsync(cancellationToken);
        return lease.Connection.ExecuteScalar<bool>(TelemetryReadSql.IsUser, new { Email = email })
            ? [.. lease.Connection.Query<(long CreatedAt, long? RevokedAt)>(TelemetryReadSql.Tokens, new { Email = email })
                .Select(row => new TelemetryTokenRow(UnixTime.At(row.CreatedAt), UnixTime.At(row.RevokedAt)))]
            : null;
    }

    /// <summary>A user's sessions of the period according to both accounts, at most the latest <see cref="MaxSessions"/>.</summary>
    public async Task<IReadOnlyList<ReconciledRow>> ReconcileAsync(string email, TelemetryFilter filter, CancellationToken cancellationToken)
    {
        List<SessionSums> rows;
        using (var lease = await readers.RentAsync(cancellationToken))
        {
            rows = lease.Connection.Query<SessionSums>(TelemetryReadSql.SessionUsage, new { User = email, filter.StartMs, filter.EndMs }).AsList();
        }

        var sessions = rows
            .GroupBy(row => row.Session, StringComparer.Ordinal)
            .OrderByDescending(group => group.Max(row => row.LastAt))
            .Take(MaxSessions)
            .Select(group => group.Key)
            .ToHashSet(StringComparer.Ordinal);
        var reported = await hooks.ReadAsync(email, sessions, cancellationToken);
        return Reconciliation.Compare(
            rows.Where(row => sessions.Contains(row.Session))
                .Select(row => new SessionUsage(row.Session, row.Model, row.QuerySource, new AccountTokens(row.Input, row.Output, row.CacheRead, row.CacheWrite))),
            reported);
    }

    private sealed record SessionSums
    {
        public string Session { get; init; } = "";

        public string Model { get; init; } = "";

        public string QuerySource { get; init; } = "";

        public long LastAt { get; init; }

        public long Input { get; init; }

        public long Output { get; init; }

        public long CacheRead { get; init; }

        public long CacheWrite { get; init; }
    }
}
