namespace Ccflux.Receiver.Telemetry.Auth;

/// <summary>Who sends telemetry.</summary>
/// <param name="UserId">The user of the token; null with the organisation's token, where each record states its user.</param>
internal sealed record TelemetryCaller(long? UserId)
{
    public static readonly TelemetryCaller Organisation = new((long?)null);
}
