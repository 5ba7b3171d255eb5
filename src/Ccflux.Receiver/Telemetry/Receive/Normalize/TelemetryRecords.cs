using System.Runtime.InteropServices;

namespace Ccflux.Receiver.Telemetry.Receive.Normalize;

/// <summary>Who sent a record, as far as it states that. All of it has passed <see cref="SafeText"/>.</summary>
/// <param name="Email">The e-mail address that the record claims, in lower case.</param>
/// <param name="Install">The client's <c>user.id</c>.</param>
/// <param name="Session">Null if the client leaves session ids out.</param>
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
/// <param name="Key">Distinguishes it from every other event of its subject; the same when it is sent again.</param>
/// <param name="PromptKey">Hash of <c>prompt.id</c>; 0: none.</param>
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
    long? DurationMs)
{
    /// <summary>Of an api_request; nothing otherwise.</summary>
    public RequestDetails Request { get; init; } = RequestDetails.None;
}

/// <summary>What an api_request says beyond its sums, for the ledger of requests.</summary>
/// <param name="Key">Made of the API's own id of the request, as the hook makes it; 0 if the event states none.</param>
/// <param name="CacheWrite1h">The part of the cache writes that is kept for an hour; null if that is not known.</param>
/// <param name="FirstTokenMs">Until the first token.</param>
/// <param name="IsFast">Answered at <c>speed: "fast"</c>.</param>
internal sealed record RequestDetails(long Key, long? CacheWrite1h, long? FirstTokenMs, bool IsFast)
{
    public static readonly RequestDetails None = new(0, null, null, IsFast: false);
}

/// <summary>A point of a monotonic sum to be stored.</summary>
/// <param name="StreamKey">Hash of metric, the client's own attributes of the resource, the point's attributes and start time.</param>
/// <param name="EarlierStreamKey">The key of the same stream in ccflux 1.0: a hash of all the resource's attributes.</param>
/// <param name="PointKey">Hash of the stream and the point's time.</param>
/// <param name="Start">Nanoseconds, as sent: when the period of a delta or a cumulative stream began. Never after <paramref name="Time"/>.</param>
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

/// <summary>What senders state about themselves, and the time for which a message's records state it.</summary>
/// <param name="Name">The attribute; see <see cref="LabelNames"/>.</param>
/// <param name="Value">Has passed <see cref="SafeText.Label"/>; not empty.</param>
/// <param name="FirstAt">Epoch milliseconds of the first record that states it.</param>
/// <param name="LastAt">Epoch milliseconds of the last one.</param>
internal sealed record LabelRecord(Origin Origin, string Name, string Value, long FirstAt, long LastAt);

/// <summary>A name that was not recognised, was refused or was beyond a cap, and how often.</summary>
internal sealed record UnrecognisedName(UnrecognisedNameKind Kind, string Name, long Count);

internal enum UnrecognisedNameKind
{
    Metric = 1,
    Event,
    Attribute,
    Service,
    Capped,
}

/// <summary>What one request contains: what is to be stored, and what was refused and why.</summary>
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

    /// <summary>What the senders state about themselves.</summary>
    public IReadOnlyList<LabelRecord> Labels { get; init; } = [];

    public bool IsEmpty => Events.Count == 0 && Points.Count == 0 && Seen.Count == 0 && Labels.Count == 0;

    public int Weight => Events.Count + Points.Count;

    /// <summary>Approximate memory that the batch needs.</summary>
    public int EstimatedBytes => EstimateOf(Weight, Labels.Count);

    /// <summary>Approximate size that a message of this length can grow to: no record that is kept is shorter than 64 bytes.</summary>
    public static int MostBytesOf(int length, int maxRecords) => EstimateOf(Math.Min(length / 64, maxRecords), Math.Min(length / 64, LabelCollector.MaxLabels));

    private static int EstimateOf(int records, int labels) => 1024 + (records * RecordBytes) + (labels * LabelBytes);

    /// <summary>The batch in parts of at most this many records. Names and labels are in the last part, so that a message that is sent again because a part failed counts them once.</summary>
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
