using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Platform.Auth.Admin;
using Ccflux.Receiver.Platform.Live;
using Ccflux.Storage.Reading;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Quota.Alerts;

/// <summary>The outcome of a change to a rule.</summary>
internal enum RuleOutcome
{
    Done = 1,

    /// <summary>No such account, or it has no rule of its own.</summary>
    NotThere = 2,

    /// <summary>The database is not accepting writes.</summary>
    Busy = 3,
}

/// <summary>Stores the rules of single accounts. An account without one uses the default rule. Changes are in the audit log.</summary>
internal sealed class AlertRuleStore(ReadSessions readers, GroupCommitWriter writer, IChangeFeed changes, TimeProvider time)
{
    private const int MaxRows = 500;

    /// <summary>The accounts within the data scope that have their own rule.</summary>
    public async Task<IReadOnlyList<RuleRow>> ReadAsync(DataScope allowed, CancellationToken cancellationToken)
    {
        using var session = await readers.OpenAsync(cancellationToken);
        return session.List(
            AlertSql.Rules,
            static rows => new RuleRow { AccountId = new QuotaAccountId(rows.Int64(0)), Account = rows.Text(1), Thresholds = rows.Text(2), Forecast = rows.Bool(3) },
            allowed.With(("limit", MaxRows)));
    }

    /// <summary>The accounts within the data scope without their own rule.</summary>
    public async Task<IReadOnlyList<RuleRow>> WithoutAsync(DataScope allowed, CancellationToken cancellationToken)
    {
        using var session = await readers.OpenAsync(cancellationToken);
        return session.List(AlertSql.WithoutRule, static rows => new RuleRow { AccountId = new QuotaAccountId(rows.Int64(0)), Account = rows.Text(1) }, allowed.With(("limit", MaxRows)));
    }

    /// <param name="account">Its id.</param>
    /// <param name="thresholds">Thousandths of a percent, ascending.</param>
    /// <param name="forecast">Whether to alert when a window will run out.</param>
    /// <param name="actor">Who makes the change.</param>
    public Task<RuleOutcome> SaveAsync(QuotaAccountId account, IReadOnlyList<long> thresholds, bool forecast, Actor actor)
    {
        var text = AlertSettings.Text(thresholds);
        return ChangeAsync(account, actor, $"thresholds {(text.Length == 0 ? "none" : text)}, forecast {(forecast ? "on" : "off")}", session =>
            session.Execute(AlertSql.UpsertRule, ("account", account.Value), ("thresholds", text), ("forecast", forecast)));
    }

    /// <summary>Removes the account's own rule; the default applies again.</summary>
    public Task<RuleOutcome> RemoveAsync(QuotaAccountId account, Actor actor) =>
        ChangeAsync(account, actor, "removed", session => session.Execute(AlertSql.DeleteRule, ("account", account.Value)));

    private async Task<RuleOutcome> ChangeAsync(QuotaAccountId account, Actor actor, string detail, Func<WriteSession, long> change)
    {
        var entry = new AuditEntry(time.GetUtcNow(), actor, "quota.alert.rule", account.ToString(), detail);
        var written = await writer.WriteAsync(session =>
        {
            if (change(session) == 0)
            {
                return false;
            }

            AuditLog.Write(session, entry);
            return true;
        });
        if (!written.TryGet(out var isChanged))
        {
            return RuleOutcome.Busy;
        }

        changes.Publish(QuotaFeature.Topic);
        return isChanged ? RuleOutcome.Done : RuleOutcome.NotThere;
    }
}
