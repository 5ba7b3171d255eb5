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

    /// <summary>The database cannot be written now.</summary>
    Busy = 8,
}

/// <summary>What became of a change to a user or a device.</summary>
/// <param name="Fault">Null: it was made.</param>
/// <param name="Target">Whom it was about, as it is stored: for the audit log.</param>
/// <param name="Token">A new refresh token, to be shown this once.</param>
internal sealed record UserChangeResult(AccountFault? Fault, string Target, string? Token)
{
    public bool IsOk => Fault is null;

    /// <summary>What to tell the admin.</summary>
    public string Message => Fault is not { } fault ? "" : fault switch
    {
        AccountFault.EmailInvalid => $"E-mail: write an address such as name@example.org, at most {UserRules.MaxEmail} characters, each of them visible; letters with accents as one character.",
        AccountFault.DivisionTooLong => $"Division: at most {UserRules.MaxDivision} characters on one line.",
        AccountFault.DaysOutOfRange => $"Days valid: from 1 to {UserRules.MaxDays}.",
        AccountFault.AlreadyLive => "This user has a live token already. Reissue it to replace it.",
        AccountFault.NoLiveToken => "This user has no live token.",
        AccountFault.UnknownUser => "There is no such user.",
        AccountFault.UnknownDevice => "There is no such device, or it is in that state already.",
        AccountFault.Busy => "The database cannot be written at the moment. Nothing was changed; try again.",
    };

    public static UserChangeResult Ok(string target, string? token = null) => new(null, target, token);

    public static UserChangeResult Refused(AccountFault fault) => new(fault, "", null);

    /// <summary>Without the token: results may end up in a log.</summary>
    public override string ToString() => $"{(IsOk ? "done" : Fault.ToString())} {Target}";
}
