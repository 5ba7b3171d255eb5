using Ccflux.Contracts.Http;

namespace Ccflux.Hook.Delivery;

/// <summary>What an answer obliges to.</summary>
internal enum ResponseAction
{
    /// <summary>It is stored.</summary>
    Done,

    /// <summary>The access token is not valid any more: get another, try once.</summary>
    NewToken,

    /// <summary>The receiver does not know the key: register it, try once.</summary>
    Register,

    /// <summary>The clocks disagree: measure by the receiver's, sign and date anew.</summary>
    MeasureClock,

    /// <summary>The signature did not fit what arrived: try once unpacked, for something on the way may have unpacked it.</summary>
    SendPlain,

    /// <summary>Too large: send it in parts.</summary>
    Split,

    /// <summary>Refused for good: find the report that is at fault and set it aside.</summary>
    SetAside,

    /// <summary>Some of it is more than the receiver takes of this user on one day: send the rest.</summary>
    HoldBack,

    /// <summary>The key was revoked: clear the queue, go silent.</summary>
    GoSilent,

    /// <summary>Keep everything and come again later.</summary>
    Wait,
}

/// <summary>Which duty follows from an answer.</summary>
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
        // A 400 without our code is a proxy's word, not the receiver's; nothing is thrown away on it.
        { Status: 400, Code: ErrorCodes.InvalidPayload } => ResponseAction.SetAside,
        { Status: 413 } => ResponseAction.Split,
        { Status: 429, Code: ErrorCodes.DailyCap } => ResponseAction.HoldBack,
        _ => ResponseAction.Wait,
    };
}
