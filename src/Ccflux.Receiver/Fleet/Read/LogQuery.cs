using Ccflux.Storage.Reading;
using Ccflux.Storage.Sql;

namespace Ccflux.Receiver.Fleet.Read;

/// <summary>Reads the event log page by page.</summary>
internal sealed class LogQuery(ReadSessions readers)
{
    public const int Size = 50;

    /// <summary>Neither the page nor the API goes further back; the database keeps lines longer.</summary>
    public const int MaxPage = 200;

    /// <summary>The parts that a filter may name; empty means all.</summary>
    public static readonly IReadOnlyList<(string Name, string Title)> Parts = [("", "All"), ("switches", "Switches"), ("tokens", "Tokens"), ("agents", "Agents"), ("refused", "Refused")];

    /// <summary>An unknown part means all, an invalid page the first.</summary>
    public async Task<LogPage> ReadAsync(string? part, string? page, CancellationToken cancellationToken)
    {
        var known = Parts.Any(one => string.Equals(one.Name, part, StringComparison.Ordinal)) ? part! : "";
        var number = int.TryParse(page, NumberStyles.None, CultureInfo.InvariantCulture, out var asked) ? Math.Clamp(asked, 1, MaxPage) : 1;
        var skip = (number - 1) * Size;
        using var session = await readers.OpenAsync(cancellationToken);
        var lines = session.List(FleetReadSql.Log, Line, ("part", known), ("most", skip + Size + 1), ("size", Size + 1), ("skip", skip));
        return new LogPage(known, number, lines.Count > Size && number < MaxPage, [.. lines.Take(Size)]);
    }

    /// <summary>Reads a row of <see cref="FleetReadSql.Log"/>; its second column is an id.</summary>
    private static LogLine Line(Rows rows) => new(
        UnixTime.At(rows.Int64(0)),
        rows.Text(2),
        rows.Text(3),
        rows.Text(4),
        rows.Text(5),
        rows.Text(6),
        rows.TextOrNull(7),
        rows.Text(8),
        rows.Text(9),
        rows.Text(10));
}
