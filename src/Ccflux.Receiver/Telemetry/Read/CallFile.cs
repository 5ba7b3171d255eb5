using System.Runtime.CompilerServices;
using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Telemetry.Read.Cells;
using Ccflux.Receiver.Telemetry.Read.Views;
using Ccflux.Storage.Reading;

namespace Ccflux.Receiver.Telemetry.Read;

/// <summary>Reads the requests of a scope for a file: more than pages go through, one part at a time, each in its own read.</summary>
internal sealed class CallFile(ReadSessions readers, LabelNames names)
{
    /// <summary>The most requests in a file: the newest.</summary>
    public const int MaxCalls = 100_000;

    private const int Part = 2_000;

    /// <returns>The requests, and whether there are more than the file contains.</returns>
    public async Task<(IAsyncEnumerable<RecentCall> Rows, bool IsCut)> ReadAsync(TelemetryFilter filter, DataScope allowed, CancellationToken cancellationToken)
    {
        using var session = await readers.OpenAsync(cancellationToken);
        var people = PeopleDirectory.Read(session, allowed);
        var scope = people.Resolve(filter, LabelValues.Read(session, people, names.All, filter));
        return (RowsAsync(filter, scope, people, CancellationToken.None), CallReader.Count(session, filter, scope, MaxCalls + 1) > MaxCalls);
    }

    private async IAsyncEnumerable<RecentCall> RowsAsync(TelemetryFilter filter, CellScope scope, PeopleDirectory people, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var left = MaxCalls;
        var before = CallPlace.End;
        int read;
        do
        {
            IReadOnlyList<RecentCall> rows;
            using (var session = await readers.OpenAsync(cancellationToken))
            {
                (rows, before) = CallReader.Read(session, filter, scope, people, before, Math.Min(Part, left));
            }

            foreach (var row in rows)
            {
                yield return row;
            }

            read = rows.Count;
            left -= read;
        }
        while (read > 0 && left > 0);
    }
}
