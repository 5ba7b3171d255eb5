using Ccflux.Receiver.Fleet.Store;
using Ccflux.Receiver.Platform.Auth.Admin;
using Ccflux.Receiver.Platform.Live;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Fleet.Vault;

/// <summary>The outcome of a refresh.</summary>
internal enum RefreshOutcome
{
    Renewed = 1,

    /// <summary>Not for this receiver to renew now: held elsewhere, in use, already being renewed, or not yet due.</summary>
    NotNow = 2,

    /// <summary>Nothing was lost; it is retried later.</summary>
    Failed = 3,

    /// <summary>Only a new login helps.</summary>
    NeedsLogin = 4,

    /// <summary>Another login replaced it in the meantime.</summary>
    Superseded = 5,

    /// <summary>The database could not be written to; nothing was sent.</summary>
    Busy = 6,
}

/// <summary>
/// Renews one login. The refresh token is good for one use, so the intent is committed before anything is sent, and the new login before anything
/// uses it: a process that ends in between leaves the intent behind, and nothing spends that token again automatically. Before the new login is
/// committed, the answer is written next to the key ring, so that neither an unwritable database nor the end of the process loses it.
/// </summary>
internal sealed partial class TokenRefresh(
    VaultStore vault,
    RefreshJournal journal,
    GroupCommitWriter writer,
    Issuer issuer,
    FleetMetrics metrics,
    IChangeFeed changes,
    IHostApplicationLifetime lifetime,
    TimeProvider time,
    ILogger<TokenRefresh> logger)
{
    private static readonly TimeSpan s_writeAgain = TimeSpan.FromSeconds(1);

    /// <param name="account">As it was read; checked again inside the write that begins the refresh.</param>
    /// <param name="actor">The switcher, or the operator.</param>
    /// <param name="again">The operator accepts the risk that a refresh with an unknown outcome spent the token, or wants the refresh before it is due.</param>
    public async Task<RefreshOutcome> RunAsync(AccountFacts account, AuditActor actor, bool again)
    {
        var intent = Guid.NewGuid().ToString("N");
        VaultFaultPoints.Point(VaultFaultPoints.Refreshing);
        var begun = await writer.WriteAsync(session => Begin(session, account, actor, intent, again));
        if (!begun.IsCommitted)
        {
            return RefreshOutcome.Busy;
        }

        if (begun.Value is not { Login: { } login } stored)
        {
            return RefreshOutcome.NotNow;
        }

        VaultFaultPoints.Point(VaultFaultPoints.IntentWritten);
        var answer = await issuer.RefreshAsync(login);
        VaultFaultPoints.Point(VaultFaultPoints.IssuerAnswered);
        var journaled = answer.Body is { Length: > 0 } body && journal.Write(new JournaledAnswer(stored.AccountId, stored.Uuid, stored.Fingerprint, intent, answer.At, body));
        VaultFaultPoints.Point(VaultFaultPoints.AnswerKept);
        var outcome = await SettleAsync(stored, login, answer, actor, intent, journaled);
        VaultFaultPoints.Point(VaultFaultPoints.RefreshSettled);
        metrics.Refreshed(outcome);
        changes.Publish(FleetFeature.Topic);
        return outcome;
    }

    private StoredAccount? Begin(WriteSession session, AccountFacts account, AuditActor actor, string intent, bool again)
    {
        var now = time.GetUtcNow();
        if (vault.Read(session, account.AccountId) is not { Login.RefreshToken: not null, Holder: Holder.Vault, InUse: false } stored
            || !string.Equals(stored.Fingerprint, account.Fingerprint, StringComparison.Ordinal)
            || (stored.Fault is not null && !(again && stored.Fault is AccountFault.Unknown)))
        {
            return null;
        }

        if (again)
        {
            session.Execute(VaultSql.EndOldIntent, ("account", stored.AccountId), ("until", (now - TokenRule.IntentLifetime).ToUnixTimeMilliseconds()));
        }

        if (!vault.TryBeginRefresh(session, stored, intent, actor.Name))
        {
            return null;
        }

        Audit(session, actor, stored, "begun", stored.Fingerprint);
        return stored;
    }

    /// <summary>Recovers the answers that a process could not store before it ended.</summary>
    public async Task TakeUpAsync(AuditActor actor)
    {
        foreach (var left in journal.Waiting())
        {
            var answer = RefreshAnswer.Read(left.Body, left.At);
            var written = await writer.WriteAsync(session => TakeUp(session, left, answer, actor));
            if (written.Or(null) is { } outcome)
            {
                journal.Settle(left.AccountId, IsToBeKept(outcome, answer));
                Log.TakenUp(logger, left.AccountId, outcome);
                changes.Publish(FleetFeature.Topic);
            }
        }
    }

    /// <summary>The answer to a refresh of which no login could be made, for a person to look at. Looking at it is recorded.</summary>
    /// <returns>Null if none is kept, or if the access cannot be recorded.</returns>
    public async Task<JournaledAnswer?> ReadUnreadAsync(AccountFacts account, AuditActor actor)
    {
        if (journal.FindUnread(account.AccountId) is not { } answer || !string.Equals(answer.Uuid, account.Uuid, StringComparison.Ordinal))
        {
            return null;
        }

        var access = new FleetAccess(actor, FleetAction.ReadAnswer, FleetAccess.Done, account.AccountId, Fingerprint: answer.Fingerprint);
        var written = await writer.WriteAsync(session =>
        {
            FleetAudit.Write(session, time.GetUtcNow(), access);
            return true;
        });
        return written.IsCommitted ? answer : null;
    }

    /// <returns>Null if the login that it replaces cannot be opened now.</returns>
    private RefreshOutcome? TakeUp(WriteSession session, JournaledAnswer left, IssuerAnswer answer, AuditActor actor)
    {
        var account = vault.Read(session, left.AccountId);
        if (account is null || account.RefreshedAt > left.At
            || !string.Equals(account.Uuid, left.Uuid, StringComparison.Ordinal) || !string.Equals(account.Fingerprint, left.Fingerprint, StringComparison.Ordinal))
        {
            return RefreshOutcome.Superseded;
        }

        return account.Login is { } login ? Settle(session, account, login, answer, actor, left.Intent) : null;
    }

    /// <summary>Retries the write of the issuer's answer until it is in the database. If the receiver stops before that, the next start recovers it.</summary>
    private async Task<RefreshOutcome> SettleAsync(StoredAccount account, Login login, IssuerAnswer answer, AuditActor actor, string intent, bool journaled)
    {
        var logged = false;
        while (true)
        {
            var written = await writer.WriteAsync(session => Settle(session, account, login, answer, actor, intent));
            if (written.IsCommitted)
            {
                if (journaled)
                {
                    journal.Settle(account.AccountId, IsToBeKept(written.Value, answer));
                }

                if (written.Value is not RefreshOutcome.Renewed)
                {
                    Log.NotRenewed(logger, account.AccountId, written.Value, answer.Reason);
                }

                return written.Value;
            }

            if (!logged)
            {
                logged = true;
                Log.NotWritten(logger, account.AccountId, written.Status);
            }

            try
            {
                await Task.Delay(s_writeAgain, time, lifetime.ApplicationStopping);
            }
            catch (OperationCanceledException)
            {
                Log.Left(logger, account.AccountId, journaled);
                return RefreshOutcome.Failed;
            }
        }
    }

    /// <summary>Whether an answer spent the refresh token and gave no login that could be stored.</summary>
    private static bool IsToBeKept(RefreshOutcome outcome, IssuerAnswer answer) => outcome is RefreshOutcome.NeedsLogin || answer.Tokens is { AccessToken: null };

    private RefreshOutcome Settle(WriteSession session, StoredAccount account, Login login, IssuerAnswer answer, AuditActor actor, string intent)
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        session.Execute(VaultSql.EndIntent, ("account", account.AccountId), ("intent", intent));
        switch (answer)
        {
            case { Verdict: IssuerVerdict.Ok, Tokens: not null } when IsOfAnother(account, answer):
                return Fault(session, account, AccountFault.OtherAccount, actor, now);
            case { Verdict: IssuerVerdict.Ok, Tokens: { } tokens }:
                return Store(session, account, login.Renewed(tokens), answer, actor, now);
            case { Verdict: IssuerVerdict.Dead }:
                return Fault(session, account, AccountFault.InvalidGrant, actor, now);
            case { Verdict: IssuerVerdict.Refused or IssuerVerdict.Unreachable }:
                var wait = TokenRule.Wait(account.Failures + 1, answer.RetryAfter);
                SetFailure(session, account.AccountId, account.Fingerprint, answer.Reason, now + (long)wait.TotalMilliseconds);
                Audit(session, actor, account, "failed", account.Fingerprint, answer.Reason);
                return RefreshOutcome.Failed;
            default:
                return Fault(session, account, AccountFault.Unknown, actor, now, answer.Reason);
        }
    }

    private RefreshOutcome Store(WriteSession session, StoredAccount account, Login renewed, IssuerAnswer answer, AuditActor actor, long now)
    {
        if (vault.Read(session, account.AccountId) is not { } present || !vault.Replace(session, present, renewed, RefreshPath.Switcher, account.Fingerprint))
        {
            // Either a new login was imported or returned in the meantime, and the renewed one belongs to the old login; or another process has recovered the answer.
            var isStored = vault.Read(session, account.AccountId)?.Login?.HasTokensOf(renewed) == true;
            Audit(session, actor, account, isStored ? FleetAccess.Done : "superseded", renewed.Fingerprint);
            return isStored ? RefreshOutcome.Renewed : RefreshOutcome.Superseded;
        }

        vault.Learn(session, present with { Login = renewed }, answer.OrganizationUuid);
        if (answer.Tokens is { AccessToken: null })
        {
            const string reason = "an answer without an access token";
            SetFailure(session, account.AccountId, renewed.Fingerprint, reason, now + (long)TokenRule.Wait(account.Failures + 1, null).TotalMilliseconds);
            Audit(session, actor, account, "failed", renewed.Fingerprint, reason);
            return RefreshOutcome.Failed;
        }

        Audit(session, actor, account, FleetAccess.Done, renewed.Fingerprint);
        return RefreshOutcome.Renewed;
    }

    private static void SetFailure(WriteSession session, long accountId, string fingerprint, string failure, long retryAt) =>
        session.Execute(VaultSql.SetFailure, ("failure", failure), ("retry_at", retryAt), ("account", accountId), ("fingerprint", fingerprint));

    private static bool IsOfAnother(StoredAccount account, IssuerAnswer answer) =>
        (answer.AccountUuid is { } uuid && !string.Equals(uuid, account.Uuid, StringComparison.Ordinal))
        || (answer.OrganizationUuid is { } organization && account.OrganizationUuid is { } known && !string.Equals(organization, known, StringComparison.Ordinal));

    private RefreshOutcome Fault(WriteSession session, StoredAccount account, string fault, AuditActor actor, long now, string detail = "")
    {
        session.Execute(VaultSql.SetFault, ("fault", fault), ("now", now), ("account", account.AccountId), ("fingerprint", account.Fingerprint));
        Audit(session, actor, account, fault, account.Fingerprint, detail);
        return RefreshOutcome.NeedsLogin;
    }

    private void Audit(WriteSession session, AuditActor actor, StoredAccount account, string outcome, string fingerprint, string detail = "") =>
        FleetAudit.Write(session, time.GetUtcNow(), new FleetAccess(actor, FleetAction.Refresh, outcome, account.AccountId, Fingerprint: fingerprint, Detail: detail));

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Refreshing account {AccountId}: {Outcome} ({Reason}).")]
        public static partial void NotRenewed(ILogger logger, long accountId, RefreshOutcome outcome, string reason);

        [LoggerMessage(2, LogLevel.Error, "Could not persist the refreshed login of account {AccountId} ({Status}); retrying.")]
        public static partial void NotWritten(ILogger logger, long accountId, WriteStatus status);

        [LoggerMessage(3, LogLevel.Error, "The receiver is stopping before the refreshed login of account {AccountId} could be written. Kept next to the key ring for the next start: {Kept}.")]
        public static partial void Left(ILogger logger, long accountId, bool kept);

        [LoggerMessage(4, LogLevel.Warning, "Recovered the answer to a refresh of account {AccountId} that the receiver could not store before it ended: {Outcome}.")]
        public static partial void TakenUp(ILogger logger, long accountId, RefreshOutcome outcome);
    }
}
