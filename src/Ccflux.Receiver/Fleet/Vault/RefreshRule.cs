using Ccflux.Receiver.Fleet.Store;

namespace Ccflux.Receiver.Fleet.Vault;

/// <summary>What the beginning of a refresh depends on.</summary>
/// <param name="InUse">A session uses the login, or may.</param>
/// <param name="IsOnItsWay">A command with the login, or with a copy of it, may still be carried out.</param>
/// <param name="IntentAt">When the refresh in progress began; null if none is in progress.</param>
internal sealed record RefreshFacts(StoredAccount? Account, bool InUse, bool IsOnItsWay, DateTimeOffset? IntentAt);

/// <summary>Whether a refresh begins.</summary>
/// <param name="EndsOldIntent">The refresh that began long ago and has no outcome counts as ended.</param>
internal sealed record RefreshStart(bool Begins, bool EndsOldIntent);

/// <summary>What the answer to a refresh changes.</summary>
/// <param name="Note">The outcome for the access log.</param>
/// <param name="Fingerprint">Of the login that the outcome is about.</param>
/// <param name="Detail">A word or two for the access log.</param>
/// <param name="Renewed">The login to store in place of the one whose refresh token was spent; null if it stays.</param>
/// <param name="Fault">One of <see cref="AccountFault"/>, if only a new login helps.</param>
/// <param name="RetryIn">When to try again, if nothing was lost and no access token was gained.</param>
internal sealed record RefreshSettlement(
    RefreshOutcome Outcome, string Note, string Fingerprint, string Detail = "", Login? Renewed = null, string? Fault = null, TimeSpan? RetryIn = null);

/// <summary>Decides whether a refresh begins, and what its answer changes. Pure.</summary>
internal static class RefreshRule
{
    /// <summary>The outcome in the access log of a refresh that lost nothing and gained nothing.</summary>
    public const string Failed = "failed";

    /// <summary>The outcome in the access log of a refresh whose login was replaced in the meantime.</summary>
    public const string Superseded = "superseded";

    /// <summary>Begins only a refresh of a login that the vault alone holds, that nothing uses and that no other refresh may have spent.</summary>
    /// <param name="facts">As stored now.</param>
    /// <param name="fingerprint">Of the login that was found to be due.</param>
    /// <param name="again">The operator accepts the risk that a refresh with an unknown outcome spent the token.</param>
    /// <param name="now">The current time.</param>
    public static RefreshStart Begin(RefreshFacts facts, string fingerprint, bool again, DateTimeOffset now)
    {
        if (facts is not { InUse: false, Account: { Login.RefreshToken: not null, Holder: Holder.Vault } account }
            || !string.Equals(account.Fingerprint, fingerprint, StringComparison.Ordinal)
            || (account.Fault is not null && !(again && account.Fault is AccountFault.Unknown)))
        {
            return new RefreshStart(Begins: false, EndsOldIntent: false);
        }

        var endsOldIntent = again && facts.IntentAt <= now - TokenRule.IntentLifetime;
        return new RefreshStart(!facts.IsOnItsWay && (facts.IntentAt is null || endsOldIntent), endsOldIntent);
    }

    /// <summary>Decides what the issuer's answer to a refresh means.</summary>
    /// <param name="begun">The account as it was when the refresh began.</param>
    /// <param name="login">The login whose refresh token was sent.</param>
    /// <param name="present">The account as stored now; null if it was removed.</param>
    /// <param name="answer">The issuer's answer.</param>
    public static RefreshSettlement Settle(StoredAccount begun, Login login, StoredAccount? present, IssuerAnswer answer) => answer switch
    {
        { Verdict: IssuerVerdict.Ok, Tokens: not null } when IsOfAnother(begun, answer) => NeedsLogin(begun, AccountFault.OtherAccount),
        { Verdict: IssuerVerdict.Ok, Tokens: { } tokens } => Store(begun, login.Renewed(tokens), present, hasAccessToken: tokens.AccessToken is not null),
        { Verdict: IssuerVerdict.Dead } => NeedsLogin(begun, AccountFault.InvalidGrant),
        { Verdict: IssuerVerdict.Refused or IssuerVerdict.Unreachable } =>
            new RefreshSettlement(RefreshOutcome.Failed, Failed, begun.Fingerprint, answer.Reason, RetryIn: TokenRule.Wait(begun.Failures + 1, answer.RetryAfter)),
        _ => NeedsLogin(begun, AccountFault.Unknown, answer.Reason),
    };

    /// <summary>Whether a written answer is of no use any more: its account is gone, is another one, or has another login by now.</summary>
    public static bool IsSuperseded(JournaledAnswer left, StoredAccount? account) =>
        account is null || account.RefreshedAt > left.At
        || !string.Equals(account.Uuid, left.Uuid, StringComparison.Ordinal) || !string.Equals(account.Fingerprint, left.Fingerprint, StringComparison.Ordinal);

    private static RefreshSettlement Store(StoredAccount begun, Login renewed, StoredAccount? present, bool hasAccessToken)
    {
        if (present is null || !string.Equals(present.Fingerprint, begun.Fingerprint, StringComparison.Ordinal))
        {
            // Either a new login was imported or returned in the meantime, and the renewed one belongs to the old login; or another process has recovered the answer.
            return present?.Login?.HasTokensOf(renewed) == true
                ? new RefreshSettlement(RefreshOutcome.Renewed, FleetAccess.Done, renewed.Fingerprint)
                : new RefreshSettlement(RefreshOutcome.Superseded, Superseded, renewed.Fingerprint);
        }

        return hasAccessToken
            ? new RefreshSettlement(RefreshOutcome.Renewed, FleetAccess.Done, renewed.Fingerprint, Renewed: renewed)
            : new RefreshSettlement(
                RefreshOutcome.Failed, Failed, renewed.Fingerprint, "an answer without an access token", renewed, RetryIn: TokenRule.Wait(begun.Failures + 1, null));
    }

    private static RefreshSettlement NeedsLogin(StoredAccount begun, string fault, string detail = "") =>
        new(RefreshOutcome.NeedsLogin, fault, begun.Fingerprint, detail, Fault: fault);

    private static bool IsOfAnother(StoredAccount account, IssuerAnswer answer) =>
        (answer.AccountUuid is { } uuid && !string.Equals(uuid, account.Uuid, StringComparison.Ordinal))
        || (answer.OrganizationUuid is { } organization && account.OrganizationUuid is { } known && !string.Equals(organization, known, StringComparison.Ordinal));
}
