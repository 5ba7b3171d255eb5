using Ccflux.Contracts.Usage;
using Ccflux.Receiver.Telemetry.Receive.Decode;

namespace Ccflux.Receiver.Telemetry.Receive.Normalize;

/// <summary>Reads an event from a record's attributes.</summary>
internal static class EventReader
{
    private const long MaxDurationMs = 7 * UnixTime.Day;

    /// <summary>Null if a figure is negative, too large or not a number.</summary>
    public static EventRecord? Read(EventKind kind, long at, ulong time, AttributeSet attributes, Origin origin)
    {
        var sums = default(RequestSums);
        if (kind == EventKind.ApiRequest && !TryReadSums(attributes, out sums))
        {
            return null;
        }

        var duration = attributes.Integer(AttributeKey.DurationMs);
        if (duration is < 0 or > MaxDurationMs || (duration is null && attributes.HasValue(AttributeKey.DurationMs)))
        {
            return null;
        }

        var requestId = kind is EventKind.ApiRequest ? attributes.Text(AttributeKey.RequestId) : default;
        var (name, detail, source) = Words(kind, attributes);
        return new EventRecord(
            kind,
            at,
            KeyOf(kind, time, requestId, attributes),
            origin,
            attributes.Text(AttributeKey.PromptId) is { IsEmpty: false } prompt ? (long)StableHash.Of(prompt) : 0,
            SafeText.Model(attributes.Text(AttributeKey.Model)),
            name,
            detail,
            source,
            SafeText.Id(requestId),
            sums,
            duration)
        {
            Request = kind is EventKind.ApiRequest ? Details(attributes, requestId, sums) : RequestDetails.None,
        };
    }

    /// <summary>What is odd here is left out: no figure that is known depends on it.</summary>
    private static RequestDetails Details(AttributeSet attributes, ReadOnlySpan<byte> requestId, in RequestSums sums)
    {
        var (write5m, write1h) = (attributes.Integer(AttributeKey.CacheCreation5mTokens), attributes.Integer(AttributeKey.CacheCreation1hTokens));
        var isSplit = write5m is >= 0 && write1h is >= 0 && write5m <= sums.CacheWrite && write1h == sums.CacheWrite - write5m;
        return new RequestDetails(
            LedgerKey.IsApiRequestId(requestId) ? LedgerKey.OfRequest(requestId) : 0,
            isSplit ? write1h : null,
            attributes.Integer(AttributeKey.FirstTokenMs) is (>= 0 and <= MaxDurationMs) and var first ? first : null,
            attributes.Text(AttributeKey.Speed).SequenceEqual("fast"u8));
    }

    private static (string Name, string Detail, string Source) Words(EventKind kind, AttributeSet attributes)
    {
        string Text(AttributeKey key) => SafeText.Name(attributes.Text(key));

        return kind switch
        {
            EventKind.ApiRequest => ("", "", Text(AttributeKey.QuerySource)),
            EventKind.ApiError => (Status(attributes), "", Text(AttributeKey.QuerySource)),
            EventKind.ToolResult => (Text(AttributeKey.ToolName), Outcome(attributes), ""),
            EventKind.ToolDecision => (Text(AttributeKey.ToolName), Text(AttributeKey.Decision), Text(AttributeKey.Source)),
            EventKind.Compaction => (Text(AttributeKey.Trigger), Outcome(attributes), ""),
            EventKind.SubagentCompleted => (Text(AttributeKey.AgentType), "", ""),
            EventKind.UserPrompt or EventKind.Dropped or EventKind.SettingsResolved => ("", "", ""),
        };
    }

    private static string Outcome(AttributeSet attributes) => attributes.Flag(AttributeKey.Success) switch { true => "success", false => "failure", null => "" };

    /// <summary>A status is a number, or "none" if the connection failed.</summary>
    private static string Status(AttributeSet attributes) =>
        attributes.Integer(AttributeKey.StatusCode) is (> 0 and < 1000) and var status ? status.ToString(CultureInfo.InvariantCulture) : "none";

    private static bool TryReadSums(AttributeSet attributes, out RequestSums sums)
    {
        var input = Count(attributes, AttributeKey.InputTokens);
        var output = Count(attributes, AttributeKey.OutputTokens);
        var read = Count(attributes, AttributeKey.CacheReadTokens);
        var write = Count(attributes, AttributeKey.CacheCreationTokens);
        var cost = attributes.HasValue(AttributeKey.CostUsd) ? (attributes.Double(AttributeKey.CostUsd) * 1e9) ?? -1
            : attributes.HasValue(AttributeKey.CostUsdMicros) ? (attributes.Double(AttributeKey.CostUsdMicros) * 1e3) ?? -1
            : 0;
        sums = new RequestSums(input, output, read, write, double.IsFinite(cost) ? (long)Math.Round(cost) : -1);
        return IsCount(input) && IsCount(output) && IsCount(read) && IsCount(write) && cost is >= 0 and <= BatchRules.MaxRequestCost;
    }

    /// <summary>0 if there is none, -1 if it is not a number.</summary>
    private static long Count(AttributeSet attributes, AttributeKey key) => attributes.HasValue(key) ? attributes.Integer(key) ?? -1 : 0;

    private static bool IsCount(long tokens) => tokens is >= 0 and <= BatchRules.MaxRequestTokens;

    /// <summary>A request is identified by the API's id. Any other event by session, name, time and sequence or, without a sequence, by its contents; so is a request
    /// with an id of a relay, which may give every answer the same one.</summary>
    private static long KeyOf(EventKind kind, ulong time, ReadOnlySpan<byte> requestId, AttributeSet attributes)
    {
        if (LedgerKey.IsApiRequestId(requestId))
        {
            return (long)StableHash.Combine((ulong)kind, StableHash.Of(requestId));
        }

        var key = StableHash.Combine((ulong)kind, time);
        key = StableHash.Combine(key, StableHash.Of(attributes.Text(AttributeKey.SessionId)));
        key = requestId.IsEmpty ? key : StableHash.Combine(key, StableHash.Of(requestId));
        if (attributes.Integer(AttributeKey.EventSequence) is { } sequence)
        {
            return (long)StableHash.Combine(key, (ulong)sequence);
        }

        key = StableHash.Combine(key, StableHash.Of(attributes.Text(AttributeKey.Model)));
        key = StableHash.Combine(key, StableHash.Of(attributes.Text(AttributeKey.ToolName)));
        key = StableHash.Combine(key, (ulong)(attributes.Integer(AttributeKey.DurationMs) ?? -1));
        return (long)StableHash.Combine(key, (ulong)(attributes.Integer(AttributeKey.OutputTokens) ?? -1));
    }
}
