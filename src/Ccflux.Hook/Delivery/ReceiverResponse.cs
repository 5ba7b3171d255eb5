namespace Ccflux.Hook.Delivery;

/// <summary>The answer to a request.</summary>
/// <param name="Status">The HTTP status; 0 if there was no answer.</param>
/// <param name="Code">The value of <c>X-CCFLUX-Error</c>.</param>
/// <param name="RetryAfter">How long the receiver asks to wait.</param>
/// <param name="ServerTime">The receiver's clock, from its <c>Date</c>.</param>
/// <param name="Body">At most 64 KiB.</param>
/// <param name="Failure">Why there was no answer, in a few words.</param>
internal sealed record ReceiverResponse(int Status, string? Code, TimeSpan? RetryAfter, DateTimeOffset? ServerTime, byte[] Body, string? Failure)
{
    public static ReceiverResponse None(string failure) => new(0, null, null, null, [], failure);

    public bool IsSuccess => Status is >= 200 and < 300;

    /// <summary>For the log: the status and the code, never the body.</summary>
    public string Describe() => Failure ?? (Code is null ? $"HTTP {Status}" : $"HTTP {Status} {Code}");
}
