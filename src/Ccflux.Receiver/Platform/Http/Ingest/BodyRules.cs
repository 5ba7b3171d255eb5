namespace Ccflux.Receiver.Platform.Http.Ingest;

/// <summary>How large a body may be, and the refusals of one that is larger or cannot be decompressed.</summary>
/// <param name="LimitKib">The maximum in KiB, as sent and decompressed.</param>
/// <param name="TooLarge">The refusal, with that maximum.</param>
internal sealed record BodyRules(int LimitKib, Func<int, Refusal> TooLarge)
{
    public Refusal NotGzip { get; init; } = Refusals.BodyNotDecompressed;

    public Refusal UnknownEncoding { get; init; } = Refusals.BodyNotDecompressed;

    /// <summary>The refusal of a body; null if it was read.</summary>
    public Refusal? Check(BodyReader body) => body.Status switch
    {
        BodyStatus.Read => null,
        BodyStatus.TooLarge => TooLarge(LimitKib),
        BodyStatus.NotGzip => NotGzip,
        BodyStatus.UnknownEncoding => UnknownEncoding,
    };
}
