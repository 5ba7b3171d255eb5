namespace Ccflux.Receiver.Fleet.Vault;

/// <summary>The state of an account's login.</summary>
internal enum TokenState
{
    Ok = 1,

    /// <summary>Its access token expires within the hour; its holder renews it.</summary>
    Expiring = 2,

    /// <summary>It is being renewed or handed back, or has expired and will be renewed automatically.</summary>
    Refreshing = 3,

    /// <summary>It has expired, and is renewed once the seven-day window allows the account to be used again.</summary>
    ExpiredExhausted = 4,

    /// <summary>Only a new login by the operator fixes it, or its state cannot be known.</summary>
    NeedsLogin = 5,

    /// <summary>The key ring lacks the key that it is encrypted with.</summary>
    CannotBeOpened = 6,
}

/// <summary>Decides a login's state, and when the receiver renews it. Pure.</summary>
internal static class TokenRule
{
    /// <summary>How long before its access token expires a login is renewed. Short-lived tokens are renewed at half their life.</summary>
    public static readonly TimeSpan Margin = TimeSpan.FromHours(1);

    /// <summary>After this, a refresh whose outcome is not stored counts as unknown. Longer than the request and its write may take.</summary>
    public static readonly TimeSpan IntentLifetime = TimeSpan.FromSeconds(90);

    /// <summary>An agent that has not been seen for this long no longer serves its config dir; its sessions are gone by then.</summary>
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
            // Swapped out and not yet handed back, or dropped by its client: nobody can say whether it is valid.
            return TokenState.Refreshing;
        }

        return account.ExpiresAt - now < MarginOf(account) ? TokenState.Expiring : TokenState.Ok;
    }

    /// <summary>Whether the receiver renews it now: only logins that it alone holds, and never while a session uses one or may.</summary>
    public static bool IsDue(AccountFacts account, DateTimeOffset now) =>
        account is { CanOpen: true, Fault: null, IntentAt: null, Refreshable: true, Holder: Holder.Vault, InUse: false, Exhausted: false }
        && account.ExpiresAt - now < MarginOf(account)
        && (account.RetryAt is null || account.RetryAt <= now);

    /// <summary>How long to wait before a retry after a failure that lost nothing.</summary>
    /// <param name="failures">Consecutive failures, including this one.</param>
    /// <param name="retryAfter">The delay that the issuer asked for.</param>
    public static TimeSpan Wait(long failures, TimeSpan? retryAfter)
    {
        var wait = TimeSpan.FromTicks(Math.Min(s_longestWait.Ticks, s_firstWait.Ticks << (int)Math.Clamp(failures - 1, 0, 10)));
        return retryAfter > wait ? retryAfter.Value : wait;
    }

    /// <summary>A short-lived access token is renewed at half its life; otherwise it would be due again at once.</summary>
    private static TimeSpan MarginOf(AccountFacts account) =>
        account.RefreshedBy is RefreshPath.Login || (account.ExpiresAt - account.RefreshedAt) / 2 is not { Ticks: >= 0 } half || half > Margin ? Margin : half;

    private static bool WillBeRenewed(AccountFacts account, DateTimeOffset now) => account.Holder switch
    {
        Holder.Vault => account.Refreshable,
        Holder.Agent => account.HolderHasIt && account.HolderSeenAt is { } seen && now - seen < AgentGrace,
        _ => false,
    };
}
