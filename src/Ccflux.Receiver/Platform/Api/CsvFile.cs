using System.Text;

namespace Ccflux.Receiver.Platform.Api;

/// <summary>A table as a CSV file that is written row by row while it is read, so that few rows are in memory however long it is.</summary>
/// <param name="name">The file's name, with its extension.</param>
/// <param name="heads">The names of the columns.</param>
/// <param name="rows">One value per column.</param>
internal sealed class CsvFile(string name, IReadOnlyList<string> heads, IAsyncEnumerable<IEnumerable<object?>> rows) : IResult
{
    private const int FlushAfter = 32 * 1024;

    public static CsvFile Of<T>(string name, ApiColumns<T> columns, IAsyncEnumerable<T> rows) => new(
        name, [.. columns.List.Select(column => column.Name)], rows.Select(row => columns.List.Select(column => column.Value(row))));

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var cancellationToken = httpContext.RequestAborted;
        await using var all = rows.GetAsyncEnumerator(cancellationToken);

        // Before anything is sent: a read that fails at once can still be answered with an error. One that fails later aborts the download.
        var isThere = await all.MoveNextAsync();
        var response = httpContext.Response;
        response.ContentType = Csv.ContentType;
        response.Headers.ContentDisposition = $"attachment; filename=\"{name}\"";
        var unsent = Encoding.UTF8.GetBytes(Csv.Line(heads), response.BodyWriter);
        for (; isThere; isThere = await all.MoveNextAsync())
        {
            unsent += Encoding.UTF8.GetBytes(Csv.Line(all.Current), response.BodyWriter);
            if (unsent >= FlushAfter || !response.HasStarted)
            {
                await response.BodyWriter.FlushAsync(cancellationToken);
                unsent = 0;
            }
        }

        await response.BodyWriter.FlushAsync(cancellationToken);
    }
}
