using Ccflux.Contracts.Http;

namespace Ccflux.Hook.Delivery;

/// <summary>What an answer requires the sender to do.</summary>
internal enum ResponseAction
{
    /// <summary>Nothing: it is stored.</summary>
    Done,

    /// <summary>The access token is no longer valid: get another and try once.</summary>
    NewToken,

    /// <summary>The receiver does not know the key: register it and try once.</summary>
    Register,

    /// <summary>The clocks disagree: measure against the receiver's clock, then date and sign again.</summary>
    MeasureClock,

    /// <summary>The signature does not match what arrived: try once uncompressed, because a proxy may have decompressed it.</summary>
    SendPlain,

    /// <summary>Too large: send it in parts.</summary>
    Split,

    /// <summary>Refused for good: find the bad report and set it aside.</summary>
    SetAside,

    /// <summary>The receiver accepts no more history for now. Live reports go on.</summary>
    StopBackfill,

    /// <summary>The key was revoked: clear the queue and go silent.</summary>
    GoSilent,

    /// <summary>Keep everything and try again later.</summary>
    Wait,
}

/// <summary>Maps an answer to the action it requires.</summary>
internal static class ResponseRule
{
    public static ResponseAction For(ReceiverResponse answer) => answer switch
    {
        { IsSuccess: true } => ResponseAction.Done,
        { Status: 401 } => ResponseAction.NewToken,
        { Status: 403, Code: ErrorCodes.KeyRevoked } => ResponseAction.GoSilent,
        { Status: 403, Code: ErrorCodes.KeyNotRegistered } => ResponseAction.Register,
        { Status: 403, Code: ErrorCodes.TimestampStale } => ResponseAction.MeasureClock,
        { Status: 403, Code: ErrorCodes.SignatureInvalid } => ResponseAction.SendPlain,
        { Status: 400, Code: ErrorCodes.FutureTurns } => ResponseAction.MeasureClock,
        // A 400 without our code comes from a proxy, not from the receiver; nothing is discarded because of it.
        { Status: 400, Code: ErrorCodes.InvalidPayload } => ResponseAction.SetAside,
        { Status: 413 } => ResponseAction.Split,
        { Status: 429, Code: ErrorCodes.BackfillCap } => ResponseAction.StopBackfill,
        _ => ResponseAction.Wait,
    };
}
