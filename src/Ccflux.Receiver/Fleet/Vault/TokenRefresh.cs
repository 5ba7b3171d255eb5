using Ccflux.Receiver.Fleet.Store;
using Ccflux.Receiver.Platform.Auth;
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
    public async Task<RefreshOutcome> RunAsync(AccountFacts account, Actor actor, bool again)
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

    /// <returns>The account whose refresh has begun; null if it is not to be renewed now.</returns>
    private StoredAccount? Begin(WriteSession session, AccountFacts account, Actor actor, string intent, bool again)
    {
        var now = time.GetUtcNow();
        var facts = Load(session, account.AccountId, now);
        var start = RefreshRule.Begin(facts, account.Fingerprint, again, now);
        if (start.EndsOldIntent)
        {
            session.Execute(VaultSql.EndOldIntent, ("account", account.AccountId.Value), ("until", (now - TokenRule.IntentLifetime).ToUnixTimeMilliseconds()));
        }

        if (!start.Begins || !vault.TryBeginRefresh(session, facts.Account!, intent, actor.StoredName))
        {
            return null;
        }

        Audit(session, actor, account.AccountId, "begun", account.Fingerprint);
        return facts.Account;
    }

    private RefreshFacts Load(WriteSession session, FleetAccountId accountId, DateTimeOffset now) => new(
        vault.Read(session, accountId),
        vault.IsInUse(session, accountId),
        session.Scalar(VaultSql.CountOnTheirWay, ("account", accountId.Value), ("now", now.ToUnixTimeMilliseconds())) > 0,
        UnixTime.At(session.Scalar(VaultSql.IntentAt, ("account", accountId.Value))));

    /// <summary>Recovers the answers that a process could not store before it ended.</summary>
    public async Task TakeUpAsync(Actor actor)
    {
        foreach (var left in journal.Waiting())
        {
            var answer = RefreshAnswer.Read(left.Body, left.At);
            var written = await writer.WriteAsync(session => TakeUp(session, left, answer, actor));
            if (written.Or(null) is { } outcome)
            {
                journal.Settle(left.AccountId, IsToBeKept(outcome, answer));
                Log.TakenUp(logger, left.AccountId.Value, outcome);
                changes.Publish(FleetFeature.Topic);
            }
        }
    }

    /// <summary>The answer to a refresh of which no login could be made, for a person to look at. Looking at it is recorded.</summary>
    /// <returns>Null if none is kept, or if the access cannot be recorded.</returns>
    public async Task<JournaledAnswer?> ReadUnreadAsync(AccountFacts account, Actor actor)
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
    private RefreshOutcome? TakeUp(WriteSession session, JournaledAnswer left, IssuerAnswer answer, Actor actor)
    {
        var account = vault.Read(session, left.AccountId);
        return RefreshRule.IsSuperseded(left, account) ? RefreshOutcome.Superseded
            : account is { Login: { } login } ? Settle(session, account, login, answer, actor, left.Intent)
            : null;
    }

    /// <summary>Retries the write of the issuer's answer until it is in the database. If the receiver stops before that, the next start recovers it.</summary>
    private async Task<RefreshOutcome> SettleAsync(StoredAccount account, Login login, IssuerAnswer answer, Actor actor, string intent, bool journaled)
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
                    Log.NotRenewed(logger, account.AccountId.Value, written.Value, answer.Reason);
                }

                return written.Value;
            }

            if (!logged)
            {
                logged = true;
                Log.NotWritten(logger, account.AccountId.Value, written.Status);
            }

            try
            {
                await Task.Delay(s_writeAgain, time, lifetime.ApplicationStopping);
            }
            catch (OperationCanceledException)
            {
                Log.Left(logger, account.AccountId.Value, journaled);
                return RefreshOutcome.Failed;
            }
        }
    }

    /// <summary>Whether an answer spent the refresh token and gave no login that could be stored.</summary>
    private static bool IsToBeKept(RefreshOutcome outcome, IssuerAnswer answer) => outcome is RefreshOutcome.NeedsLogin || answer.Tokens is { AccessToken: null };

    /// <param name="session">The write's.</param>
    /// <param name="begun">The account as it was when the refresh began.</param>
    /// <param name="login">The login whose refresh token was sent.</param>
    /// <param name="answer">The issuer's.</param>
    /// <param name="actor">Who began it.</param>
    /// <param name="intent">The id of its intent.</param>
    private RefreshOutcome Settle(WriteSession session, StoredAccount begun, Login login, IssuerAnswer answer, Actor actor, string intent)
    {
        var present = vault.Read(session, begun.AccountId);
        var newKey = present is null ? null : VaultStore.FindNewKey(session, present, answer.OrganizationUuid);
        var settled = RefreshRule.Settle(begun, login, present, answer);

        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        session.Execute(VaultSql.EndIntent, ("account", begun.AccountId.Value), ("intent", intent));
        if (settled.Renewed is { } renewed)
        {
            vault.Replace(session, present!, renewed, RefreshPath.Switcher);
            if (newKey is not null)
            {
                vault.Learn(session, present!, renewed, newKey, answer.OrganizationUuid!);
            }
        }

        if (settled.Fault is { } fault)
        {
            session.Execute(VaultSql.SetFault, ("fault", fault), ("now", now), ("account", begun.AccountId.Value), ("fingerprint", settled.Fingerprint));
        }
        else if (settled.RetryIn is { } wait)
        {
            session.Execute(
                VaultSql.SetFailure,
                ("failure", settled.Detail),
                ("retry_at", now + (long)wait.TotalMilliseconds),
                ("account", begun.AccountId.Value),
                ("fingerprint", settled.Fingerprint));
        }

        Audit(session, actor, begun.AccountId, settled.Note, settled.Fingerprint, settled.Detail);
        return settled.Outcome;
    }

    private void Audit(WriteSession session, Actor actor, FleetAccountId accountId, string outcome, string fingerprint, string detail = "") =>
        FleetAudit.Write(session, time.GetUtcNow(), new FleetAccess(actor, FleetAction.Refresh, outcome, accountId, Fingerprint: fingerprint, Detail: detail));

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
