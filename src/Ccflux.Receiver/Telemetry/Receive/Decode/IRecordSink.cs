namespace Ccflux.Receiver.Telemetry.Receive.Decode;

/// <summary>Receives the records of a decoder one by one. Spans are valid only during the call; attribute sets are reused for the next record.</summary>
internal interface IRecordSink
{
    /// <summary>True while the points of a metric are read: all of their attributes identify the stream.</summary>
    bool NeedsIdentity { get; }

    /// <summary>The attributes that are read; the decoder skips the values of all others.</summary>
    AttributeNames Attributes { get; }

    /// <summary>Everything that follows belongs to this resource, until the next call.</summary>
    void BeginResource(AttributeSet resource);

    /// <summary>Everything that follows belongs to this instrumentation scope, until the next call.</summary>
    void BeginScope(ReadOnlySpan<byte> name, AttributeSet scope);

    /// <summary>An attribute whose value is not read.</summary>
    void SawAttribute(ulong hash, ReadOnlySpan<byte> name);

    void AddSpan();

    /// <param name="time">Nanoseconds since 1970.</param>
    void AddLog(ulong time, ReadOnlySpan<byte> name, ReadOnlySpan<byte> body, AttributeSet attributes);

    /// <param name="temporality">As OTLP numbers it: 1 delta, 2 cumulative.</param>
    void BeginMetric(ReadOnlySpan<byte> name, int temporality, bool isSum);

    /// <summary>A point of a gauge, a histogram or a summary.</summary>
    void AddPointOfOtherShape();

    /// <param name="start">Nanoseconds since 1970.</param>
    /// <param name="time">Nanoseconds since 1970.</param>
    /// <param name="value">Null if the sender recorded none.</param>
    void AddPoint(ulong start, ulong time, double? value, AttributeSet attributes);
}
