using Ccflux.Storage.Sqlite;
using Dapper;

namespace Ccflux.Receiver.Fleet.Read;

/// <summary>Reads the event log page by page.</summary>
internal sealed class LogQuery(SqliteReaders readers)
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
        using var lease = await readers.RentAsync(cancellationToken);
        var rows = (await lease.Connection.QueryAsync<LogRow>(
            new CommandDefinition(FleetReadSql.Log, new { Part = known, Most = skip + Size + 1, Size = Size + 1, Skip = skip }, cancellationToken: cancellationToken))).AsList();
        return new LogPage(known, number, rows.Count > Size && number < MaxPage, [.. rows.Take(Size).Select(Line)]);
    }

    private static LogLine Line(LogRow row) => new(
        UnixTime.At(row.At), row.Part, row.Kind, row.Outcome, row.Detail, row.Actor, row.Fingerprint, row.FromLabel, row.Label, row.Machine);
}
