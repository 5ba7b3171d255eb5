using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Telemetry.Read.Views;
using Ccflux.Receiver.Telemetry.Store;
using Ccflux.Storage.Reading;
using Ccflux.Storage.Sql;

namespace Ccflux.Receiver.Telemetry.Read;

/// <summary>Reads what a person's page shows besides the figures: tokens, the plan, what clients state, and the comparison with hook reports. A person outside the
/// data scope is as unknown as one who does not exist.</summary>
internal sealed class TelemetryAdminQuery(ReadSessions readers, IHookTotals hooks, IRequestSources sources, ISeatPlans plans, LabelNames names)
{
    /// <summary>The most sessions in one comparison.</summary>
    public const int MaxSessions = 500;

    /// <summary>An installation that names no user.</summary>
    public async Task<(string InstallId, string? MappedTo)?> InstallAsync(long subject, DataScope allowed, CancellationToken cancellationToken)
    {
        using var session = await readers.OpenAsync(cancellationToken);
        return session.First<(string, string?)?>(TelemetryReadSql.Install, static rows => (rows.Text(0), rows.TextOrNull(1)), allowed.With(("subject", subject)));
    }

    /// <summary>True for users of this receiver, and for any name under which telemetry is shown.</summary>
    public async Task<bool> IsKnownAsync(string person, DataScope allowed, CancellationToken cancellationToken)
    {
        using var session = await readers.OpenAsync(cancellationToken);
        return IsKnown(session, person, allowed);
    }

    /// <summary>A person's plan: as the admin set it, otherwise the tier; null if neither is known.</summary>
    public async Task<SeatPlan?> PlanAsync(string person, DataScope allowed, CancellationToken cancellationToken)
    {
        var tiers = await plans.ReadAsync(allowed, cancellationToken);
        using var session = await readers.OpenAsync(cancellationToken);
        return !allowed.IsEverybody && !IsKnown(session, person, allowed) ? null : SeatPlan.Set(tiers, session.List(TelemetryReadSql.Plans, static rows => (rows.Text(0), rows.Text(1)))).GetValueOrDefault(person);
    }

    /// <summary>What a person's clients stated, of all time: by label, the latest first.</summary>
    public async Task<IReadOnlyList<StatedRow>> LabelsAsync(string person, DataScope allowed, CancellationToken cancellationToken)
    {
        List<(string Kind, string? Name, string? Value, long? FirstAt, long? LastAt)> stated;
        using (var session = await readers.OpenAsync(cancellationToken))
        {
            stated = session.List(
                TelemetryReadSql.LabelsOfPerson,
                static rows => (rows.Text(0), rows.TextOrNull(1), rows.TextOrNull(2), rows.Int64OrNull(3), rows.Int64OrNull(4)),
                allowed.With(("person", person)));
        }

        var surest = stated.Any(row => row.Kind is SubjectKind.User) ? SubjectKind.User : SubjectKind.Claimed;
        var heard = stated.Where(row => row.Name is not null && SubjectKind.Speaks(row.Kind, surest)).ToLookup(row => row.Name!, StringComparer.Ordinal);
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
    public async Task<IReadOnlyList<TelemetryTokenRow>?> TokensAsync(string email, DataScope allowed, CancellationToken cancellationToken)
    {
        using var session = await readers.OpenAsync(cancellationToken);
        return session.Any(TelemetryReadSql.IsUser, allowed.With(("email", email)))
            ? session.List(TelemetryReadSql.Tokens, static rows => new TelemetryTokenRow(UnixTime.At(rows.Int64(0)), UnixTime.At(rows.Int64OrNull(1))), allowed.With(("email", email)))
            : null;
    }

    /// <summary>A user's sessions of the period according to both accounts, at most the latest <see cref="MaxSessions"/>.</summary>
    public async Task<IReadOnlyList<ReconciledRow>> ReconcileAsync(string email, TelemetryFilter filter, DataScope allowed, CancellationToken cancellationToken)
    {
        List<(long LastAt, SessionUsage Usage)> usages;
        using (var session = await readers.OpenAsync(cancellationToken))
        {
            usages = session.List(
                TelemetryReadSql.SessionUsage,
                static rows => (
                    rows.Int64(3),
                    new SessionUsage(rows.Text(0), rows.Text(1), rows.Text(2), new AccountTokens(rows.Int64(4), rows.Int64(5), rows.Int64(6), rows.Int64(7)), rows.Bool(8))),
                allowed.With(("user", email), ("from", filter.StartMs), ("until", filter.EndMs)));
        }

        var sessions = usages
            .GroupBy(row => row.Usage.Session, StringComparer.Ordinal)
            .OrderByDescending(group => group.Max(row => row.LastAt))
            .Take(MaxSessions)
            .Select(group => group.Key)
            .ToHashSet(StringComparer.Ordinal);
        var reported = await hooks.ReadAsync(email, sessions, allowed, cancellationToken);
        return Reconciliation.Compare(usages.Select(row => row.Usage).Where(usage => sessions.Contains(usage.Session)), reported);
    }

    /// <summary>Who reported a user's requests of the period, by what they were made for.</summary>
    public Task<IReadOnlyList<RequestsBySource>> SourcesAsync(string email, TelemetryFilter filter, DataScope allowed, CancellationToken cancellationToken) =>
        sources.ReadAsync(email, filter.StartMs, filter.EndMs, allowed, cancellationToken);

    private static bool IsKnown(SqlSession session, string person, DataScope allowed) =>
        session.Any(TelemetryReadSql.IsUser, allowed.With(("email", person))) || session.Any(TelemetryReadSql.IsPerson, allowed.With(("person", person)));
}
