namespace Ccflux.Receiver.Usage.Read.Views;

/// <summary>What "Needs attention" can be about, the most pressing first.</summary>
public enum AttentionKind
{
    /// <summary>An open window holds 80 % or more of an observed limit, or of the user's own peak.</summary>
    WindowNearLimit = 0,

    /// <summary>A limit ended a turn in the last 24 hours.</summary>
    LimitHit = 1,

    /// <summary>A device waits for the admin's approval.</summary>
    DeviceWaiting = 2,

    /// <summary>A device came back with a new key after a revoke.</summary>
    DeviceRegisteredAgain = 3,

    /// <summary>A ccflux 0.1 client named another address than its token's.</summary>
    ClaimedEmailMismatch = 4,

    /// <summary>Reports of a user were refused and none was accepted since.</summary>
    ReportsRefused = 5,

    /// <summary>Reported before, has a live token, and is quiet.</summary>
    Silent = 6,

    /// <summary>Provisioned and never reported.</summary>
    NeverReported = 7,

    /// <summary>A model that was used in the period has no price.</summary>
    UnpricedModel = 8,

    /// <summary>The database is large, or grows fast.</summary>
    DatabaseSize = 9,
}

/// <summary>One line of "Needs attention".</summary>
/// <param name="Subjects">Whom or what it is about: e-mails, a device's name, models. At most <see cref="MaxSubjects"/>; <paramref name="Count"/> has them all.</param>
/// <param name="Share">For a window: how full it is, 1 being the limit or the peak.</param>
/// <param name="OfLimit">True where <paramref name="Share"/> is of an observed limit, false where of the user's peak.</param>
/// <param name="At">When it happened, or when the window ends.</param>
/// <param name="Detail">An error code, a claimed address or a limit's name; empty where there is nothing to add.</param>
public sealed record Attention(AttentionKind Kind, IReadOnlyList<string> Subjects, int Count, double? Share, bool OfLimit, DateTimeOffset? At, string Detail)
{
    public const int MaxSubjects = 5;
}
