using Ccflux.Receiver.Telemetry.Auth;
using Ccflux.Receiver.Telemetry.Receive.Normalize;
using Ccflux.Receiver.Telemetry.Store;

namespace Ccflux.Receiver.Tests.Contracts;

/// <summary>Records of telemetry, as the writer's entries.</summary>
internal static class TelemetryGiven
{
    public const long Hour = 3_600_000;
    public const long Day = 24 * Hour;

    private const long NanosecondsPerMs = 1_000_000;

    public static RequestSums Sums { get; } = new(1, 2, 3, 4, 5);

    public static Task<StoredCounts> TelemetryAsync(this TestDatabase database, TelemetryCaller caller, params EventRecord[] events) =>
        database.TelemetryAsync(caller, new TelemetryBatch(events, [], [], events.Length, 0, null));

    public static Task<StoredCounts> TelemetryAsync(this TestDatabase database, TelemetryCaller caller, params PointRecord[] points) =>
        database.TelemetryAsync(caller, new TelemetryBatch([], points, [], points.Length, 0, null));

    public static Task<StoredCounts> TelemetryAsync(this TestDatabase database, TelemetryCaller caller, params LabelRecord[] labels) =>
        database.TelemetryAsync(caller, new TelemetryBatch([], [], [], 0, 0, null) { Labels = labels });

    public static Task<StoredCounts> TelemetryAsync(this TestDatabase database, TelemetryCaller caller, TelemetryBatch batch) =>
        database.WriteAsync(new BatchWrite(database.Store<TelemetryWriter>(), caller, batch, database.Now));

    /// <summary>Makes the writer forget what it cached, as if another process had written.</summary>
    public static Task ForgetTelemetryAsync(this TestDatabase database) => database.WriteAsync(_ => database.Store<TelemetryWriter>().Forget());

    public static Origin From(string? email = null, string? install = null, string? session = "s", string terminal = "vscode") => new(email, install, session, terminal);

    /// <param name="key">The event's.</param>
    /// <param name="at">When.</param>
    /// <param name="origin">Who sent it.</param>
    /// <param name="model">Which model.</param>
    /// <param name="ms">How long it took.</param>
    /// <param name="prompt">Which prompt; 0: none.</param>
    public static EventRecord Request(long key, DateTimeOffset at, Origin origin, string model = "m", long? ms = 100, long prompt = 0) =>
        new(EventKind.ApiRequest, at.ToUnixTimeMilliseconds(), key, origin, prompt, model, "", "", "main", null, Sums, ms);

    public static EventRecord Event(EventKind kind, long key, DateTimeOffset at, Origin origin, string name = "", string detail = "", string source = "", long? ms = null) =>
        new(kind, at.ToUnixTimeMilliseconds(), key, origin, 0, "", name, detail, source, null, default, ms);

    /// <summary>What was counted since the last point.</summary>
    public static PointRecord Delta(MetricKind kind, long key, DateTimeOffset at, long value, Origin origin, string name = "", string model = "", string detail = "",
        string source = "") => new(
        kind, IsCumulative: false, at.ToUnixTimeMilliseconds(), StreamKey: key, EarlierStreamKey: key, PointKey: key, Nanoseconds(at), Nanoseconds(at), value, origin,
        model, name, detail, source);

    /// <summary>What a stream of tokens has counted since it began.</summary>
    public static PointRecord Cumulative(long stream, DateTimeOffset started, DateTimeOffset at, long value, Origin origin, long? earlier = null) => new(
        MetricKind.Tokens, IsCumulative: true, at.ToUnixTimeMilliseconds(), stream, earlier ?? stream, PointKey: stream, Nanoseconds(started), Nanoseconds(at), value,
        origin, "m", "input", "", "main");

    private static long Nanoseconds(DateTimeOffset at) => at.ToUnixTimeMilliseconds() * NanosecondsPerMs;
}
