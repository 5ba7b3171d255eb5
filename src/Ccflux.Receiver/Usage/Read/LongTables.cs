using System.Runtime.CompilerServices;
using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Platform.Calendar;
using Ccflux.Receiver.Usage.Read.Days;
using Ccflux.Receiver.Usage.Read.Panels;
using Ccflux.Receiver.Usage.Read.Snapshots;
using Ccflux.Receiver.Usage.Read.Views;
using Ccflux.Storage.Reading;

namespace Ccflux.Receiver.Usage.Read;

/// <summary>Rows that are read while they are streamed.</summary>
/// <param name="Span">What the rows cover, for the file's name.</param>
/// <param name="Faults">Fields of the filter that were not accepted. If there are any, there are no rows.</param>
internal sealed record LongTable<T>(IAsyncEnumerable<T> Rows, string Span, IReadOnlyList<FilterFault> Faults);

/// <summary>Streams whole tables that grow with every report and every change. Each part is a separate read, so that a slow download holds
/// neither a reader nor an old version of the database.</summary>
internal sealed class LongTables(ReadSessions readers, DayReader dayReader, OrganisationCalendar calendar, TimeProvider time)
{
    /// <summary>Maximum number of events in a file; the database itself has all of them.</summary>
    public const int MaxEvents = 100_000;

    private const int Part = 2_000;

    /// <summary>The newest events that match the filter's user, division and model, from all days.</summary>
    public async Task<LongTable<EventRow>> EventsAsync(UsageFilter filter, DataScope allowed, CancellationToken cancellationToken)
    {
        using var snapshot = await UsageSnapshot.OpenAsync(readers, allowed, calendar, time, cancellationToken);
        var faults = new List<FilterFault>();
        var scope = Scope.Resolve(filter, snapshot, faults);
        var total = EventsPanel.Count(snapshot, scope);
        var span = total > MaxEvents ? string.Create(CultureInfo.InvariantCulture, $"newest-{MaxEvents}-of-{total}") : "all";
        return new LongTable<EventRow>(EventsAsync(scope, allowed, CancellationToken.None), span, faults);
    }

    /// <summary>The whole audit log, newest first; nothing of it unless everybody may be read.</summary>
    public LongTable<AuditRow> Audit(DataScope allowed) => new(AuditAsync(allowed), "", []);

    /// <summary>A user's sessions in a period, with a table's order and search.</summary>
    public async IAsyncEnumerable<SessionRow> SessionsAsync(
        string email, UsageFilter filter, TableState state, DataScope allowed, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        // The sessions and their order are fixed first: one that continues during the download would otherwise appear twice, or not at all.
        IReadOnlyList<long> sessions;
        int? owner;
        using (var snapshot = await UsageSnapshot.OpenAsync(readers, allowed, calendar, time, cancellationToken))
        {
            var user = snapshot.Users.Values.FirstOrDefault(known => string.Equals(known.Email, email, StringComparison.Ordinal));
            owner = (int?)user?.Id;
            sessions = owner is { } found ? SessionsPanel.Find(snapshot, found, filter, state) : [];
        }

        foreach (var part in sessions.Chunk(Part))
        {
            IReadOnlyList<SessionRow> rows;
            using (var snapshot = await UsageSnapshot.OpenAsync(readers, allowed, calendar, time, cancellationToken))
            {
                rows = SessionsPanel.Read(snapshot, dayReader, owner!.Value, part);
            }

            foreach (var row in rows)
            {
                yield return row;
            }
        }
    }

    private async IAsyncEnumerable<EventRow> EventsAsync(Scope scope, DataScope allowed, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var left = MaxEvents;
        long? before = long.MaxValue;
        while (before is not null && left > 0)
        {
            IReadOnlyList<EventRow> rows;
            using (var snapshot = await UsageSnapshot.OpenAsync(readers, allowed, calendar, time, cancellationToken))
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

    private async IAsyncEnumerable<AuditRow> AuditAsync(DataScope allowed, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var before = long.MaxValue;
        IReadOnlyList<AuditRow> rows;
        do
        {
            using (var snapshot = await UsageSnapshot.OpenAsync(readers, allowed, calendar, time, cancellationToken))
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
