using System.Runtime.CompilerServices;
using Ccflux.Receiver.Usage.Read.Days;
using Ccflux.Receiver.Usage.Read.Panels;
using Ccflux.Receiver.Usage.Read.Snapshots;
using Ccflux.Receiver.Usage.Read.Views;
using Ccflux.Storage.Sqlite;

namespace Ccflux.Receiver.Usage.Read;

/// <summary>Rows that are read while they are handed out.</summary>
/// <param name="Span">Of when they are, for the file's name.</param>
/// <param name="Faults">Fields of the filter that were not accepted. If there are any, there are no rows.</param>
internal sealed record LongTable<T>(IAsyncEnumerable<T> Rows, string Span, IReadOnlyList<FilterFault> Faults);

/// <summary>Tables that grow with every report and every change, whole: a part at a time, each in a read of its own, so that a slow download
/// keeps no reader and no old version of the database.</summary>
internal sealed class LongTables(SqliteReaders readers, DayReader dayReader, TimeProvider time)
{
    /// <summary>Events that a file holds at most; the database itself has all.</summary>
    public const int MaxEvents = 100_000;

    private const int Part = 2_000;

    /// <summary>The newest events that the filter's user, division and model let through, of all days.</summary>
    public async Task<LongTable<EventRow>> EventsAsync(UsageFilter filter, CancellationToken cancellationToken)
    {
        using var snapshot = await UsageSnapshot.OpenAsync(readers, time, cancellationToken);
        var faults = new List<FilterFault>();
        var scope = Scope.Resolve(filter, snapshot, faults);
        var total = EventsPanel.Count(snapshot, scope);
        var span = total > MaxEvents ? string.Create(CultureInfo.InvariantCulture, $"newest-{MaxEvents}-of-{total}") : "all";
        return new LongTable<EventRow>(EventsAsync(scope, CancellationToken.None), span, faults);
    }

    /// <summary>Everything that was changed, the newest first.</summary>
    public LongTable<AuditRow> Audit() => new(AuditAsync(), "", []);

    /// <summary>A user's sessions of a period, in the order and by the search of a table.</summary>
    public async IAsyncEnumerable<SessionRow> SessionsAsync(
        string email, UsageFilter filter, TableState state, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        // Which ones and their order are settled first: a session that goes on meanwhile would otherwise come twice, or not at all.
        IReadOnlyList<long> sessions;
        using (var snapshot = await UsageSnapshot.OpenAsync(readers, time, cancellationToken))
        {
            var user = snapshot.Users.Values.FirstOrDefault(known => string.Equals(known.Email, email, StringComparison.Ordinal));
            sessions = user is null ? [] : SessionsPanel.Find(snapshot, (int)user.Id, filter, state);
        }

        foreach (var part in sessions.Chunk(Part))
        {
            IReadOnlyList<SessionRow> rows;
            using (var snapshot = await UsageSnapshot.OpenAsync(readers, time, cancellationToken))
            {
                rows = SessionsPanel.Read(snapshot, dayReader, part);
            }

            foreach (var row in rows)
            {
                yield return row;
            }
        }
    }

    private async IAsyncEnumerable<EventRow> EventsAsync(Scope scope, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var left = MaxEvents;
        long? before = long.MaxValue;
        while (before is not null && left > 0)
        {
            IReadOnlyList<EventRow> rows;
            using (var snapshot = await UsageSnapshot.OpenAsync(readers, time, cancellationToken))
            {
                (rows, before) = EventsPanel.ReadPart(snapshot, scope, before.Value, Math.Min(Part, left));
            }

            left -= rows.Count;
            foreach (var row in rows)
            {
                yield return row;
            }
        }
    }

    private async IAsyncEnumerable<AuditRow> AuditAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var before = long.MaxValue;
        IReadOnlyList<AuditRow> rows;
        do
        {
            using (var snapshot = await UsageSnapshot.OpenAsync(readers, time, cancellationToken))
            {
                rows = AuditPanel.ReadPart(snapshot, before, Part);
            }

            foreach (var row in rows)
            {
                yield return row;
                before = row.Id;
            }
        }
        while (rows.Count == Part);
    }
}
