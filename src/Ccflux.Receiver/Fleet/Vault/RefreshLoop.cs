using Ccflux.Receiver.Fleet.Store;
using Ccflux.Receiver.Platform.Jobs;
using Ccflux.Receiver.Platform.Live;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Fleet.Vault;

/// <summary>Every 30 s: recovers the answers of refreshes whose process ended, marks refreshes that ended without an outcome, renews what is due,
/// and asks the issuer about logins that do not state enough about themselves.</summary>
internal sealed partial class RefreshLoop(
    VaultStore vault, TokenRefresh refresh, RefreshJournal journal, LoginCheck check, RestoreWatch restores, GroupCommitWriter writer, IChangeFeed changes, TimeProvider time, ILogger<RefreshLoop> logger) : BackgroundService
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(30);
    private readonly PeriodicTimer _timer = new(s_interval, time);

    /// <summary>Runs one round. The operator's command runs it too, next to a running receiver.</summary>
    /// <returns>The outcome for each login that was due.</returns>
    public async Task<IReadOnlyList<(AccountFacts Account, RefreshOutcome Outcome)>> RunAsync(CancellationToken cancellationToken)
    {
        await refresh.TakeUpAsync(FleetActor.Switcher);
        if (!await NameUnsettledAsync())
        {
            return [];
        }

        var outcomes = new List<(AccountFacts, RefreshOutcome)>();
        var accounts = await vault.AllAsync(cancellationToken);
        journal.Prune([.. accounts.Select(account => account.AccountId)]);
        foreach (var account in accounts)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (TokenRule.IsDue(account, time.GetUtcNow()))
            {
                outcomes.Add((account, await refresh.RunAsync(account, FleetActor.Switcher, again: false)));
            }
        }

        await check.RunAsync(outcomes.Count > 0 ? await vault.AllAsync(cancellationToken) : accounts, cancellationToken);
        return outcomes;
    }

    public override void Dispose()
    {
        base.Dispose();
        _timer.Dispose();
    }

    /// <summary>Waits before the first round, so that agents can report what is in their config dirs after a start.</summary>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        PeriodicLoop.RunLaterAsync(_timer, RunAsync, exception => Log.Failed(logger, exception), stoppingToken);

    /// <summary>Marks intents that are older than a refresh can take, before anything spends the same refresh token: their process ended, and the token may be spent.</summary>
    /// <returns>False if the database cannot be written to: then nothing may be renewed either.</returns>
    private async Task<bool> NameUnsettledAsync()
    {
        var written = await writer.WriteAsync(session =>
        {
            var now = time.GetUtcNow();
            var doubted = restores.Look(session);
            var until = (now - TokenRule.IntentLifetime).ToUnixTimeMilliseconds();
            var found = session.List(VaultSql.Unsettled, static rows => (AccountId: new FleetAccountId(rows.Int64(0)), Fingerprint: rows.Text(1)), ("until", until));
            foreach (var (account, fingerprint) in found)
            {
                session.Execute(
                    VaultSql.SetFault, ("fault", AccountFault.Unknown), ("now", now.ToUnixTimeMilliseconds()), ("account", account.Value), ("fingerprint", fingerprint));
                FleetAudit.Write(session, now, new FleetAccess(FleetActor.Switcher, FleetAction.Refresh, AccountFault.Unknown, account, Fingerprint: fingerprint, Detail: "a refresh ended without an outcome"));
            }

            return doubted + found.Count;
        });
        if (written.Or(0) > 0)
        {
            Log.Unsettled(logger, written.Value);
            changes.Publish(FleetFeature.Topic);
        }

        return written.IsCommitted;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "Refreshing logins failed; retrying at the next interval.")]
        public static partial void Failed(ILogger logger, Exception exception);

        [LoggerMessage(2, LogLevel.Warning, "{Count} logins may no longer be valid: a refresh ended without an outcome, or the database was restored. These accounts need a new login.")]
        public static partial void Unsettled(ILogger logger, int count);
    }
}
