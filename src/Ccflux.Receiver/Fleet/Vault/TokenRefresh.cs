using Ccflux.Receiver.Fleet.Store;
using Ccflux.Receiver.Platform.Auth.Admin;
using Ccflux.Receiver.Platform.Live;
using Ccflux.Storage.Sqlite;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Fleet.Vault;

/// <summary>What became of a refresh.</summary>
internal enum RefreshOutcome
{
    Renewed = 1,

    /// <summary>It is not this receiver's to renew now: held elsewhere, in use, under way already, or not yet due.</summary>
    NotNow = 2,

    /// <summary>Nothing was lost; it is tried again later.</summary>
    Failed = 3,

    /// <summary>Only a new login helps.</summary>
    NeedsLogin = 4,

    /// <summary>Another login took its place meanwhile.</summary>
    Superseded = 5,

    /// <summary>The database could not be written; nothing was sent.</summary>
    Busy = 6,
}

/// <summary>
/// Renews one login. The refresh token is good for one use, so the intent is committed before anything is sent, and the new login before anything
/// uses it: a process that ends in between leaves the intent behind, and nobody spends that token again by itself.
/// </summary>
internal sealed partial class TokenRefresh(
    VaultBook book, GroupCommitWriter writer, Issuer issuer, FleetMetrics metrics, IChangeFeed changes, TimeProvider time, ILogger<TokenRefresh> logger)
{
    private static readonly TimeSpan s_writeAgain = TimeSpan.FromSeconds(1);

    /// <param name="account">As it was read; looked at again inside the write that begins.</param>
    /// <param name="actor">The switcher, or the operator.</param>
    /// <param name="again">The operator takes the risk that the token was spent by a refresh whose outcome is unknown, or wants it before it is due.</param>
    public async Task<RefreshOutcome> RunAsync(AccountFacts account, AuditActor actor, bool again)
    {
        var intent = Guid.NewGuid().ToString("N");
        VaultFault.Point(VaultFault.Refreshing);
        var begun = await writer.WriteAsync(connection => Begin(connection, account, actor, intent, again));
        if (begun.Status != WriteStatus.Committed)
        {
            return RefreshOutcome.Busy;
        }

        if (begun.Value is not { Login: { } login } stored)
        {
            return RefreshOutcome.NotNow;
        }

        VaultFault.Point(VaultFault.IntentWritten);
        var answer = await issuer.RefreshAsync(login);
        VaultFault.Point(VaultFault.IssuerAnswered);
        var outcome = await SettleAsync(stored, login, answer, actor, intent);
        VaultFault.Point(VaultFault.RefreshSettled);
        metrics.Refreshed(outcome);
        changes.Publish(FleetFeature.Topic);
        return outcome;
    }

    private StoredAccount? Begin(SqlConnection connection, AccountFacts account, AuditActor actor, string intent, bool again)
    {
        var now = time.GetUtcNow();
        if (book.Read(connection, account.AccountId) is not { Login.RefreshToken: not null, Holder: Holder.Vault, InUse: false } stored
            || !string.Equals(stored.Fingerprint, account.Fingerprint, StringComparison.Ordinal)
            || (stored.Fault is not null && !(again && stored.Fault is AccountFault.Unknown)))
        {
            return null;
        }

        if (again)
        {
            connection.Execute(VaultSql.EndOldIntent, stored.AccountId, (now - TokenRule.IntentLifetime).ToUnixTimeMilliseconds());
        }

        if (connection.Execute(VaultSql.BeginIntent, stored.AccountId, intent, stored.Fingerprint, actor.Name, now.ToUnixTimeMilliseconds()) == 0)
        {
            return null;
        }

        Audit(connection, actor, stored, "begun", stored.Fingerprint);
        return stored;
    }

    /// <summary>What the issuer gave exists nowhere else: it is written again and again until it is, or the process ends.</summary>
    private async Task<RefreshOutcome> SettleAsync(StoredAccount account, Login login, IssuerAnswer answer, AuditActor actor, string intent)
    {
        var told = false;
        while (true)
        {
            var written = await writer.WriteAsync(connection => Settle(connection, account, login, answer, actor, intent));
            if (written.Status == WriteStatus.Committed)
            {
                if (written.Value is not RefreshOutcome.Renewed)
                {
                    Log.NotRenewed(logger, account.AccountId, written.Value, answer.Reason);
                }

                return written.Value;
            }

            if (!told)
            {
                told = true;
                Log.NotWritten(logger, account.AccountId, written.Status);
            }

            await Task.Delay(s_writeAgain, time, CancellationToken.None);
        }
    }

    private RefreshOutcome Settle(SqlConnection connection, StoredAccount account, Login login, IssuerAnswer answer, AuditActor actor, string intent)
    {
        if (connection.Scalar(VaultSql.HasIntent, account.AccountId, intent) == 0)
        {
            // A new login was imported or brought meanwhile; what was renewed is the old one's.
            Audit(connection, actor, account, "superseded", account.Fingerprint);
            return RefreshOutcome.Superseded;
        }

        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        connection.Execute(VaultSql.EndIntent, account.AccountId, intent);
        switch (answer)
        {
            case { Verdict: IssuerVerdict.Ok, Tokens: not null } when answer.AccountUuid is { } uuid && !string.Equals(uuid, account.Uuid, StringComparison.Ordinal):
                return Fault(connection, account, AccountFault.OtherAccount, actor, now);
            case { Verdict: IssuerVerdict.Ok, Tokens: { } tokens }:
                var renewed = login.Renewed(tokens);
                if (!book.Replace(connection, account, renewed, RefreshPath.Switcher, account.Fingerprint))
                {
                    Audit(connection, actor, account, "superseded", account.Fingerprint);
                    return RefreshOutcome.Superseded;
                }

                Audit(connection, actor, account, FleetAccess.Done, renewed.Fingerprint);
                return RefreshOutcome.Renewed;
            case { Verdict: IssuerVerdict.Dead }:
                return Fault(connection, account, AccountFault.InvalidGrant, actor, now);
            case { Verdict: IssuerVerdict.Refused or IssuerVerdict.Unreachable }:
                var wait = TokenRule.Wait(account.Failures + 1, answer.RetryAfter);
                connection.Execute(VaultSql.SetFailure, answer.Reason, now + (long)wait.TotalMilliseconds, account.AccountId, account.Fingerprint);
                Audit(connection, actor, account, "failed", account.Fingerprint, answer.Reason);
                return RefreshOutcome.Failed;
            default:
                return Fault(connection, account, AccountFault.Unknown, actor, now, answer.Reason);
        }
    }

    private RefreshOutcome Fault(SqlConnection connection, StoredAccount account, string fault, AuditActor actor, long now, string detail = "")
    {
        connection.Execute(VaultSql.SetFault, fault, now, account.AccountId, account.Fingerprint);
        Audit(connection, actor, account, fault, account.Fingerprint, detail);
        return RefreshOutcome.NeedsLogin;
    }

    private void Audit(SqlConnection connection, AuditActor actor, StoredAccount account, string outcome, string fingerprint, string detail = "") =>
        FleetAudit.Write(connection, time.GetUtcNow(), new FleetAccess(actor, FleetAction.Refresh, outcome, account.AccountId, Fingerprint: fingerprint, Detail: detail));

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Refreshing account {AccountId}: {Outcome} ({Reason}).")]
        public static partial void NotRenewed(ILogger logger, long accountId, RefreshOutcome outcome, string reason);

        [LoggerMessage(2, LogLevel.Error, "What refreshing account {AccountId} brought could not be written ({Status}); it is tried again until it can.")]
        public static partial void NotWritten(ILogger logger, long accountId, WriteStatus status);
    }
}
