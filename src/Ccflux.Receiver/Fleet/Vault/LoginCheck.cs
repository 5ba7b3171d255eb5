using System.Collections.Concurrent;
using Ccflux.Receiver.Fleet.Store;
using Ccflux.Receiver.Platform.Live;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Fleet.Vault;

/// <summary>
/// Asks the issuer about logins that do not state their organisation or the expiry of their access token. The organisation is stored once known;
/// the expiry is checked repeatedly.
/// </summary>
internal sealed class LoginCheck(VaultStore vault, Issuer issuer, GroupCommitWriter writer, IChangeFeed changes, TimeProvider time)
{
    /// <summary>Maximum requests per round, so that a slow issuer does not delay renewals.</summary>
    private const int MostARound = 10;

    private static readonly TimeSpan s_askAgain = TimeSpan.FromMinutes(10);

    /// <summary>An issuer that does not name organisations may start to.</summary>
    private static readonly TimeSpan s_askMuchLater = TimeSpan.FromDays(1);

    private readonly ConcurrentDictionary<FleetAccountId, (string Fingerprint, DateTimeOffset Next)> _asked = [];

    /// <summary>Asks about each account that is due. <paramref name="accounts"/> must contain all accounts.</summary>
    public async Task RunAsync(IReadOnlyList<AccountFacts> accounts, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        foreach (var gone in _asked.Keys.Except(accounts.Select(account => account.AccountId)).ToList())
        {
            _asked.TryRemove(gone, out _);
        }

        foreach (var account in accounts.Where(account => IsDue(account, now)).Take(MostARound).ToList())
        {
            _asked[account.AccountId] = (account.Fingerprint, now + s_askAgain);
            var answer = await AskAsync(account, cancellationToken);
            if (answer.Verdict is IssuerVerdict.Ok && answer.OrganizationUuid is null)
            {
                _asked[account.AccountId] = (account.Fingerprint, now + (account.EndIsKnown ? s_askMuchLater : s_askAgain));
            }
            else if (answer.Verdict is not (IssuerVerdict.Ok or IssuerVerdict.Dead))
            {
                return;
            }
        }
    }

    /// <summary>Asks about one account's login and stores what it learns.</summary>
    public async Task<IssuerAnswer> AskAsync(AccountFacts account, CancellationToken cancellationToken)
    {
        if (await vault.AccessTokenAsync(account.Key, cancellationToken) is not { } token)
        {
            return new IssuerAnswer(IssuerVerdict.Dead, Reason: "has expired");
        }

        var answer = await issuer.ProfileAsync(token, cancellationToken);
        var written = await writer.WriteAsync(session => Store(session, account.AccountId, Contracts.Fleet.CredentialFingerprint.Of(token), answer));
        if (written.Or(false))
        {
            changes.Publish(FleetFeature.Topic);
        }

        return answer;
    }

    /// <returns>Whether pages may show something else from now on.</returns>
    private bool Store(WriteSession session, FleetAccountId accountId, string accessFingerprint, IssuerAnswer answer)
    {
        var now = time.GetUtcNow();
        var stored = vault.Read(session, accountId);
        var found = LoginCheckRule.Decide(
            stored, stored is null ? null : VaultStore.FindNewKey(session, stored, answer.OrganizationUuid), accessFingerprint, answer, now);
        if (found.NewKey is { } key)
        {
            vault.Learn(session, stored!, stored!.Login!, key, answer.OrganizationUuid!);
            var access = new FleetAccess(
                FleetActor.Switcher, FleetAction.Edit, FleetAccess.Done, accountId, Fingerprint: stored.Fingerprint, Detail: "its issuer named its organisation");
            FleetAudit.Write(session, now, access);
        }

        if (found.End is { } end)
        {
            session.Execute(VaultSql.SetExpiry, ("expires_at", end.ToUnixTimeMilliseconds()), ("account", accountId.Value), ("access_fingerprint", accessFingerprint));
        }

        return found.ChangesPages;
    }

    private bool IsDue(AccountFacts account, DateTimeOffset now) =>
        account is { CanOpen: true, Fault: null, IntentAt: null }
        && (account.OrganizationUuid is null ? account.ExpiresAt > now || !account.EndIsKnown : !account.EndIsKnown && account.ExpiresAt - now < RefreshAnswer.AssumedLife / 2)
        && !(_asked.TryGetValue(account.AccountId, out var asked) && asked.Next > now && string.Equals(asked.Fingerprint, account.Fingerprint, StringComparison.Ordinal));
}
