using System.Runtime.InteropServices;

namespace Ccflux.Receiver.Telemetry.Receive.Normalize;

/// <summary>Who sent a record, as far as it says so. All of it has passed <see cref="SafeText"/>.</summary>
/// <param name="Email">What the record claims; lower case.</param>
/// <param name="Install">The client's <c>user.id</c>.</param>
/// <param name="Session">Null where the client leaves session ids out.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Origin(string? Email, string? Install, string? Session, string Terminal);

/// <summary>Tokens and cost of a request or a point.</summary>
/// <param name="Cost">Billionths of a US dollar.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct RequestSums(long Input, long Output, long CacheRead, long CacheWrite, long Cost)
{
    public static RequestSums operator +(RequestSums left, RequestSums right) => new(
        Saturating.Add(left.Input, right.Input), Saturating.Add(left.Output, right.Output), Saturating.Add(left.CacheRead, right.CacheRead), Saturating.Add(left.CacheWrite, right.CacheWrite), Saturating.Add(left.Cost, right.Cost));

    public static RequestSums operator -(RequestSums sums) => new(-sums.Input, -sums.Output, -sums.CacheRead, -sums.CacheWrite, -sums.Cost);
}

/// <summary>An event to be stored.</summary>
/// <param name="Key">Tells it from every other event of its subject; the same when it comes again.</param>
/// <param name="PromptKey">Of <c>prompt.id</c>; 0: none.</param>
/// <param name="Name">The tool, the error's status, the compaction's trigger, the agent's type; or empty.</param>
/// <param name="Detail">Success or failure, accept or reject; or empty.</param>
/// <param name="Source">The request's <c>query_source</c>, a decision's source; or empty.</param>
internal sealed record EventRecord(
    EventKind Kind,
    long At,
    long Key,
    Origin Origin,
    long PromptKey,
    string Model,
    string Name,
    string Detail,
    string Source,
    string? RequestId,
    RequestSums Sums,
    long? DurationMs);

/// <summary>A point of a monotonic sum to be stored.</summary>
/// <param name="StreamKey">Of metric, the resource's attributes that are the client's, the point's attributes and start time.</param>
/// <param name="EarlierStreamKey">What ccflux 1.0 knew the same stream by: of all the resource's attributes.</param>
/// <param name="PointKey">Of the stream and the point's time.</param>
/// <param name="Start">Nanoseconds, as sent: since when a delta counts, and when a cumulative stream began. Never after <paramref name="Time"/>.</param>
/// <param name="Time">Nanoseconds, as sent.</param>
/// <param name="Value">In <see cref="MetricNames.Unit"/>s.</param>
/// <param name="Name">The type of tokens, time, lines or start; the tool; or empty.</param>
/// <param name="Detail">The decision and its source; or empty.</param>
internal sealed record PointRecord(
    MetricKind Kind,
    bool IsCumulative,
    long At,
    long StreamKey,
    long EarlierStreamKey,
    long PointKey,
    long Start,
    long Time,
    long Value,
    Origin Origin,
    string Model,
    string Name,
    string Detail,
    string Source);

/// <summary>What a sender states of themselves, and the time that a message's records state it for.</summary>
/// <param name="Name">The attribute; see <see cref="LabelNames"/>.</param>
/// <param name="Value">Has passed <see cref="SafeText.Label"/>; not empty.</param>
/// <param name="FirstAt">Epoch milliseconds of the first record that states it.</param>
/// <param name="LastAt">Of the last.</param>
internal sealed record LabelRecord(Origin Origin, string Name, string Value, long FirstAt, long LastAt);

/// <summary>A name that was not understood, was refused or was beyond a cap, and how often.</summary>
internal sealed record UnrecognisedName(UnrecognisedNameKind Kind, string Name, long Count);

internal enum UnrecognisedNameKind
{
    Metric = 1,
    Event,
    Attribute,
    Service,
    Capped,
}

/// <summary>What one request brought: what is to be stored, and what was refused and why.</summary>
internal sealed record TelemetryBatch(
    IReadOnlyList<EventRecord> Events,
    IReadOnlyList<PointRecord> Points,
    IReadOnlyList<UnrecognisedName> Seen,
    int Received,
    int Rejected,
    string? Reason)
{
    private const int RecordBytes = 512;
    private const int LabelBytes = 400;

    /// <summary>What the senders state of themselves.</summary>
    public IReadOnlyList<LabelRecord> Labels { get; init; } = [];

    public bool IsEmpty => Events.Count == 0 && Points.Count == 0 && Seen.Count == 0 && Labels.Count == 0;

    public int Weight => Events.Count + Points.Count;

    /// <summary>About what the batch holds in memory.</summary>
    public int EstimatedBytes => EstimateOf(Weight, Labels.Count);

    /// <summary>About what a message of so many bytes may become: no record that is kept is shorter than 64.</summary>
    public static int MostBytesOf(int length, int maxRecords) => EstimateOf(Math.Min(length / 64, maxRecords), Math.Min(length / 64, LabelCollector.MaxLabels));

    private static int EstimateOf(int records, int labels) => 1024 + (records * RecordBytes) + (labels * LabelBytes);

    /// <summary>The same in parts of at most so many records. What was seen and stated beside them stands in the last, so that a message that comes again for want of it counts it once.</summary>
    public IEnumerable<TelemetryBatch> Parts(int most) => Weight <= most ? [this] : Cut(most);

    private IEnumerable<TelemetryBatch> Cut(int most)
    {
        for (var at = 0; at < Weight; at += most)
        {
            var events = Events.Skip(at).Take(most).ToList();
            var points = Points.Skip(Math.Max(0, at - Events.Count)).Take(most - events.Count).ToList();
            yield return this with { Events = events, Points = points, Seen = at + most >= Weight ? Seen : [], Labels = at + most >= Weight ? Labels : [] };
        }
    }
}
