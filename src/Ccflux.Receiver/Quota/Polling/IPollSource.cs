namespace Ccflux.Receiver.Quota.Polling;

/// <summary>Something that accounts can be asked of: with cookies, with tokens.</summary>
internal interface IPollSource
{
    /// <summary>The accounts there are now. Asked every few seconds, so that what was configured meanwhile holds.</summary>
    ValueTask<IReadOnlyList<PollTarget>> TargetsAsync(CancellationToken cancellationToken);

    /// <summary>Asks about one of them, by a GET. Failures are outcomes; it throws only where the program is wrong.</summary>
    Task<PollOutcome> PollAsync(AccountIdentity account, CancellationToken cancellationToken);

    /// <param name="cookieInterval">The interval between polls with cookies, as it is set now.</param>
    PollPolicy Policy(TimeSpan cookieInterval);
}

/// <summary>An account to be asked about.</summary>
/// <param name="Account">Which.</param>
/// <param name="Stamp">Changes when the credential does; tells nothing of it.</param>
internal sealed record PollTarget(AccountIdentity Account, string Stamp);
