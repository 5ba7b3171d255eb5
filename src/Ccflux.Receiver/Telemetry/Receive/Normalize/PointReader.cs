using Ccflux.Receiver.Telemetry.Receive.Decode;

namespace Ccflux.Receiver.Telemetry.Receive.Normalize;

/// <summary>Reads a point from its attributes.</summary>
internal static class PointReader
{
    public static PointRecord Read(
        MetricKind kind, bool isCumulative, long at, ulong stream, ulong earlierStream, long start, long time, long value, AttributeSet attributes, Origin origin)
    {
        string Text(AttributeKey key) => SafeText.Name(attributes.Text(key));

        var (name, detail) = kind switch
        {
            MetricKind.Sessions => (Text(AttributeKey.StartType), ""),
            MetricKind.Lines or MetricKind.Tokens or MetricKind.ActiveTime => (Text(AttributeKey.Type), ""),
            MetricKind.EditDecisions => (Text(AttributeKey.ToolName), Text(AttributeKey.Decision)),
            MetricKind.PullRequests or MetricKind.Commits or MetricKind.Cost => ("", ""),
        };
        var source = kind switch
        {
            MetricKind.Tokens or MetricKind.Cost => Text(AttributeKey.QuerySource),
            MetricKind.EditDecisions => Text(AttributeKey.Source),
            _ => "",
        };
        return new PointRecord(
            kind, isCumulative, at, (long)stream, (long)earlierStream, KeyOf(at, StableHash.Combine(stream, (ulong)time)),
            start, time, value, origin, SafeText.Model(attributes.Text(AttributeKey.Model)), name, detail, source);
    }

    /// <summary>The second of the day in front of 46 bits of the hash: points that arrive together are stored next to each other, so that few pages are written.</summary>
    private static long KeyOf(long at, ulong hash) => ((at / 1000 % 86_400) << 46) | (long)(hash >> 18);
}
