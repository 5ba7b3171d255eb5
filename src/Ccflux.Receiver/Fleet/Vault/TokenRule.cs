namespace Ccflux.Receiver.Fleet.Vault;

/// <summary>How an account's login stands.</summary>
internal enum TokenState
{
    Ok = 1,

    /// <summary>Its access token expires within the hour; whoever holds it renews it.</summary>
    Expiring = 2,

    /// <summary>It is being renewed or handed back, or has expired and will be renewed by itself.</summary>
    Refreshing = 3,

    /// <summary>It has expired, and is renewed when the seven-day window lets the account be used again.</summary>
    ExpiredExhausted = 4,

    /// <summary>Only a new login by the operator mends it, or nobody can know otherwise.</summary>
    NeedsLogin = 5,

    /// <summary>The key ring that it is encrypted with is not there.</summary>
    CannotBeOpened = 6,
}

/// <summary>What a login's state is, and when the receiver renews it: pure.</summary>
internal static class TokenRule
{
    /// <summary>A login is renewed so long before its access token expires, or at half the life of one that lives briefly.</summary>
    public static readonly TimeSpan Margin = TimeSpan.FromHours(1);

    /// <summary>A refresh whose outcome is not stored after this has no outcome that anyone knows: it is longer than the request may take and its write.</summary>
    public static readonly TimeSpan IntentLifetime = TimeSpan.FromSeconds(90);

    /// <summary>An agent that was not heard of for so long no longer answers for its config dir; its sessions are gone by then.</summary>
    public static readonly TimeSpan AgentGrace = TimeSpan.FromSeconds(90);

    private static readonly TimeSpan s_firstWait = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_longestWait = TimeSpan.FromMinutes(30);

    public static TokenState StateOf(AccountFacts account, DateTimeOffset now)
    {
        if (!account.CanOpen)
        {
            return TokenState.CannotBeOpened;
        }

        if (account.Fault is not null || (account.IntentAt is { } begun && now - begun >= IntentLifetime))
        {
            return TokenState.NeedsLogin;
        }

        if (account.IntentAt is not null)
        {
            return TokenState.Refreshing;
        }

        if (now >= account.ExpiresAt)
        {
            return !WillBeRenewed(account, now) ? TokenState.NeedsLogin : account.Exhausted ? TokenState.ExpiredExhausted : TokenState.Refreshing;
        }

        if (account is { Holder: Holder.Agent, HolderHasIt: false, OnItsWay: false })
        {
            // Swapped away and not handed back yet, or dropped by its client: nobody can say that it is well.
            return TokenState.Refreshing;
        }

        return account.ExpiresAt - now < MarginOf(account) ? TokenState.Expiring : TokenState.Ok;
    }

    /// <summary>Whether the receiver renews it now: only what it alone holds, never under a session that lives or may.</summary>
    public static bool IsDue(AccountFacts account, DateTimeOffset now) =>
        account is { CanOpen: true, Fault: null, IntentAt: null, Refreshable: true, Holder: Holder.Vault, InUse: false, Exhausted: false }
        && account.ExpiresAt - now < MarginOf(account)
        && (account.RetryAt is null || account.RetryAt <= now);

    /// <summary>How long after a failure that lost nothing it is tried again.</summary>
    /// <param name="failures">In a row, with this one.</param>
    /// <param name="retryAfter">What the issuer asked for.</param>
    public static TimeSpan Wait(long failures, TimeSpan? retryAfter)
    {
        var wait = TimeSpan.FromTicks(Math.Min(s_longestWait.Ticks, s_firstWait.Ticks << (int)Math.Clamp(failures - 1, 0, 10)));
        return retryAfter > wait ? retryAfter.Value : wait;
    }

    /// <summary>A new access token that lives briefly is renewed at half its life, or it would be again at once.</summary>
    private static TimeSpan MarginOf(AccountFacts account) =>
        account.RefreshedBy is RefreshPath.Login || (account.ExpiresAt - account.RefreshedAt) / 2 is not { Ticks: >= 0 } half || half > Margin ? Margin : half;

    private static bool WillBeRenewed(AccountFacts account, DateTimeOffset now) => account.Holder switch
    {
        Holder.Vault => account.Refreshable,
        Holder.Agent => account.HolderHasIt && account.HolderSeenAt is { } seen && now - seen < AgentGrace,
        _ => false,
    };
}
