using Ccflux.Receiver.Platform.Http;

namespace Ccflux.Receiver.Identity.Users;

/// <summary>Why a change to a user was not made.</summary>
internal enum AccountFault
{
    EmailInvalid = 1,
    DivisionTooLong = 2,
    DaysOutOfRange = 3,

    /// <summary>The user has a live token: reissue it instead.</summary>
    AlreadyLive = 4,
    NoLiveToken = 5,
    UnknownUser = 6,
    UnknownDevice = 7,

    /// <summary>The database is not accepting writes right now.</summary>
    Busy = 8,

    /// <summary>What is left of the user is being removed.</summary>
    BeingErased = 9,
}

/// <summary>The result of a change to a user or a device.</summary>
/// <param name="Fault">Null: the change was made.</param>
/// <param name="Target">The changed user or device, as stored, for the audit log.</param>
/// <param name="Token">A new refresh token, to be shown only once.</param>
internal sealed record UserChangeResult(AccountFault? Fault, string Target, string? Token)
{
    /// <summary>The change could not be written.</summary>
    public static readonly UserChangeResult Busy = Refused(AccountFault.Busy);

    public bool IsOk => Fault is null;

    /// <summary>The message for the admin.</summary>
    public string Message => Fault is not { } fault ? "" : fault switch
    {
        AccountFault.EmailInvalid => $"E-mail: enter an address such as name@example.org, at most {UserRules.MaxEmail} characters, all visible, with accented letters as single characters.",
        AccountFault.DivisionTooLong => $"Division: at most {UserRules.MaxDivision} characters on one line.",
        AccountFault.DaysOutOfRange => $"Days valid: from 1 to {UserRules.MaxDays}.",
        AccountFault.AlreadyLive => "This user already has a live token. Reissue it to replace it.",
        AccountFault.NoLiveToken => "This user has no live token.",
        AccountFault.UnknownUser => "There is no such user.",
        AccountFault.UnknownDevice => "There is no such device, or it is already in that state.",
        AccountFault.BeingErased => "This user is being erased. Try again in a minute.",
        AccountFault.Busy => $"{Refusals.StorageBusy.Detail} Nothing was changed; try again.",
    };

    /// <summary>The HTTP status of the answer to a change that was not made.</summary>
    public int Status => Fault switch
    {
        AccountFault.UnknownUser or AccountFault.UnknownDevice => StatusCodes.Status404NotFound,
        AccountFault.AlreadyLive or AccountFault.NoLiveToken or AccountFault.BeingErased => StatusCodes.Status409Conflict,
        AccountFault.Busy => StatusCodes.Status503ServiceUnavailable,
        _ => StatusCodes.Status422UnprocessableEntity,
    };

    public static UserChangeResult Ok(string target, string? token = null) => new(null, target, token);

    public static UserChangeResult Refused(AccountFault fault) => new(fault, "", null);

    /// <summary>Without the token and the address: results may end up in a log.</summary>
    public override string ToString() => Fault is { } fault ? $"{fault}" : "done";
}
