using Ccflux.Receiver.Platform.Api;
using Ccflux.Receiver.Usage.Read.Views;

namespace Ccflux.Receiver.Usage.Api;

/// <summary>The name of a table's CSV file.</summary>
/// <param name="What">What it contains.</param>
/// <param name="Span">The time span in the file's name, if the table does not follow the period. Null: the period.</param>
/// <param name="IsFiltered">True if it follows user, division and model; its name then includes them.</param>
internal sealed record TableFile(string What, string? Span = null, bool IsFiltered = true)
{
    /// <summary>The name. A table that does not follow the period gets today's date.</summary>
    public string Name(UsageFilter filter, DateTimeOffset now) => FileNames.Of(
        What, "csv", [.. Span is null ? filter.FileSpan : [Span, FileNames.Day(DateOnly.FromDateTime(now.UtcDateTime))], .. IsFiltered ? filter.FileNarrowing : []]);
}
