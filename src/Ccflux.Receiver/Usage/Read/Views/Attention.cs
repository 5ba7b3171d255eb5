namespace Ccflux.Receiver.Usage.Read.Views;

/// <summary>The kinds of lines in "Needs attention", most urgent first.</summary>
public enum AttentionKind
{
    /// <summary>An open window is at 80 % or more of an observed limit, or of the user's own peak.</summary>
    WindowNearLimit = 0,

    /// <summary>A limit ended a turn in the last 24 hours.</summary>
    LimitHit = 1,

    /// <summary>A device is waiting for an admin's approval.</summary>
    DeviceWaiting = 2,

    /// <summary>A device registered a new key after its old one was revoked.</summary>
    DeviceRegisteredAgain = 3,

    /// <summary>A ccflux 0.1 client claimed a different e-mail address than its token's.</summary>
    ClaimedEmailMismatch = 4,

    /// <summary>A user's reports were refused and none has been accepted since.</summary>
    ReportsRefused = 5,

    /// <summary>Has a live token and has reported before, but not recently.</summary>
    Silent = 6,

    /// <summary>Provisioned, but has never reported.</summary>
    NeverReported = 7,

    /// <summary>A model that was used in the period has no price.</summary>
    UnpricedModel = 8,

    /// <summary>The database is large or growing fast.</summary>
    DatabaseSize = 9,

    /// <summary>Two users have the same requests, and they count for both.</summary>
    SharedRequests = 10,
}

/// <summary>One line of "Needs attention".</summary>
/// <param name="Subjects">Who or what it is about: e-mail addresses, a device's name, models. At most <see cref="MaxSubjects"/>; <paramref name="Count"/> counts all, or the requests of two
/// users.</param>
/// <param name="Share">For a window: how full it is, 1 being the limit or the peak.</param>
/// <param name="OfLimit">True if <paramref name="Share"/> is of an observed limit, false if it is of the user's peak.</param>
/// <param name="At">When it happened, or when the window ends.</param>
/// <param name="Detail">An error code, a claimed e-mail address or a limit's name; empty if there is nothing to add.</param>
public sealed record Attention(AttentionKind Kind, IReadOnlyList<string> Subjects, int Count, double? Share, bool OfLimit, DateTimeOffset? At, string Detail)
{
    public const int MaxSubjects = 5;
}
