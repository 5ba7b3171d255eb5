using Ccflux.Receiver.Platform.Api;
using Ccflux.Receiver.Usage.Read.Views;

namespace Ccflux.Receiver.Usage.Api;

/// <summary>What a table's CSV file is called.</summary>
/// <param name="What">What it holds.</param>
/// <param name="Span">What the file's name says of its time where the table does not follow the period. Null: the period.</param>
/// <param name="IsFiltered">It follows user, division and model, so that its name has them.</param>
internal sealed record TableFile(string What, string? Span = null, bool IsFiltered = true)
{
    /// <summary>The name, with today for what is of now.</summary>
    public string Name(UsageFilter filter, DateTimeOffset now) => FileNames.Of(
        What, "csv", [.. Span is null ? filter.FileSpan : [Span, FileNames.Day(DateOnly.FromDateTime(now.UtcDateTime))], .. IsFiltered ? filter.FileNarrowing : []]);
}
