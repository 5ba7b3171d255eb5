namespace Ccflux.Receiver.Quota.Polling;

/// <summary>Polls accounts in one way: with cookies, or with tokens.</summary>
internal interface IPollSource
{
    /// <summary>The current accounts. Called every few seconds, so that changes to the configuration apply.</summary>
    ValueTask<IReadOnlyList<PollTarget>> TargetsAsync(CancellationToken cancellationToken);

    /// <summary>Polls one of them with a GET. Failures are outcomes; it throws only if there is a bug.</summary>
    Task<PollOutcome> PollAsync(AccountIdentity account, CancellationToken cancellationToken);

    /// <param name="cookieInterval">The current interval between polls with cookies.</param>
    PollPolicy Policy(TimeSpan cookieInterval);
}

/// <summary>An account to poll.</summary>
/// <param name="Account">Which one.</param>
/// <param name="Stamp">Changes when the credential does; reveals nothing about it.</param>
internal sealed record PollTarget(AccountIdentity Account, string Stamp);
