using Ccflux.Receiver.Platform.Auth.Admin;
using Ccflux.Receiver.Platform.Live;
using Ccflux.Storage.Sqlite;
using Ccflux.Storage.Writing;
using Dapper;

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
internal sealed class AlertRuleStore(SqliteReaders readers, GroupCommitWriter writer, IChangeFeed changes, TimeProvider time)
{
    private const int MaxRows = 500;

    /// <summary>The accounts that have their own rule.</summary>
    public async Task<IReadOnlyList<RuleRow>> ReadAsync(CancellationToken cancellationToken)
    {
        using var lease = await readers.RentAsync(cancellationToken);
        return (await lease.Connection.QueryAsync<RuleRow>(AlertSql.Rules, new { Limit = MaxRows })).AsList();
    }

    /// <summary>The accounts without their own rule.</summary>
    public async Task<IReadOnlyList<RuleRow>> WithoutAsync(CancellationToken cancellationToken)
    {
        using var lease = await readers.RentAsync(cancellationToken);
        return (await lease.Connection.QueryAsync<RuleRow>(AlertSql.WithoutRule, new { Limit = MaxRows })).AsList();
    }

    /// <param name="account">Its id.</param>
    /// <param name="thresholds">Thousandths of a percent, ascending.</param>
    /// <param name="forecast">Whether to alert when a window will run out.</param>
    /// <param name="actor">Who makes the change.</param>
    public Task<RuleOutcome> SaveAsync(long account, IReadOnlyList<long> thresholds, bool forecast, AuditActor actor)
    {
        var text = AlertSettings.Text(thresholds);
        return ChangeAsync(account, actor, $"thresholds {(text.Length == 0 ? "none" : text)}, forecast {(forecast ? "on" : "off")}", connection => connection.Execute(AlertSql.UpsertRule, account, text, forecast));
    }

    /// <summary>Removes the account's own rule; the default applies again.</summary>
    public Task<RuleOutcome> RemoveAsync(long account, AuditActor actor) => ChangeAsync(account, actor, "removed", connection => connection.Execute(AlertSql.DeleteRule, account));

    private async Task<RuleOutcome> ChangeAsync(long account, AuditActor actor, string detail, Func<SqlConnection, long> change)
    {
        var entry = new AuditEntry(time.GetUtcNow(), actor, "quota.alert.rule", account.ToString(CultureInfo.InvariantCulture), detail);
        var written = await writer.WriteAsync(connection =>
        {
            if (change(connection) == 0)
            {
                return false;
            }

            AuditLog.Write(connection, entry);
            return true;
        });
        if (written.Status != WriteStatus.Committed)
        {
            return RuleOutcome.Busy;
        }

        changes.Publish(QuotaFeature.Topic);
        return written.Value ? RuleOutcome.Done : RuleOutcome.NotThere;
    }
}
