namespace Ccflux.Receiver.Quota.Erasure;

/// <summary>Statements that remove the accounts that one user reported, and take a person's name out of those of others.</summary>
internal static class QuotaErasureSql
{
    private const string Windows = "SELECT w.window_id FROM quota_accounts a JOIN quota_windows w ON w.account_id = a.account_id WHERE a.owner = @user";

    public const string IsNamed = "SELECT 1 FROM quota_accounts WHERE lower(email) = @email OR lower(account_key) = @email";

    public const string DeleteReadings = $"""
        DELETE FROM quota_readings WHERE (window_id, observed_at) IN (
            SELECT window_id, observed_at FROM quota_readings WHERE window_id IN ({Windows}) ORDER BY window_id, observed_at LIMIT @limit)
        """;

    public const string DeleteHours = $"""
        DELETE FROM quota_hours WHERE (window_id, hour) IN (SELECT window_id, hour FROM quota_hours WHERE window_id IN ({Windows}) ORDER BY window_id, hour LIMIT @limit)
        """;

    public const string DeleteDeliveries = """
        DELETE FROM quota_deliveries WHERE (alert_id, channel) IN (
            SELECT d.alert_id, d.channel FROM quota_deliveries d JOIN quota_alerts l ON l.alert_id = d.alert_id
            WHERE l.account_id IN (SELECT account_id FROM quota_accounts WHERE owner = @user) LIMIT @limit)
        """;

    public const string DeleteAlerts = """
        DELETE FROM quota_alerts WHERE alert_id IN (
            SELECT alert_id FROM quota_alerts WHERE account_id IN (SELECT account_id FROM quota_accounts WHERE owner = @user) LIMIT @limit)
        """;

    public const string DeleteStates = $"DELETE FROM quota_alert_states WHERE window_id IN (SELECT x.window_id FROM ({Windows} LIMIT @limit) x)";

    public const string DeleteRules = """
        DELETE FROM quota_alert_rules WHERE account_id IN (SELECT x.account_id FROM (SELECT account_id FROM quota_accounts WHERE owner = @user LIMIT @limit) x)
        """;

    public const string DeletePolls = """
        DELETE FROM quota_polls WHERE account_id IN (SELECT x.account_id FROM (SELECT account_id FROM quota_accounts WHERE owner = @user LIMIT @limit) x)
        """;

    public const string DeleteWindows = $"DELETE FROM quota_windows WHERE window_id IN (SELECT x.window_id FROM ({Windows} LIMIT @limit) x)";

    public const string DeleteAccounts = """
        DELETE FROM quota_accounts WHERE account_id IN (SELECT x.account_id FROM (SELECT account_id FROM quota_accounts WHERE owner = @user LIMIT @limit) x)
        """;

    /// <summary>Accounts that others or polls know under the address keep their readings, without it.</summary>
    public const string RenameAccounts = """
        UPDATE quota_accounts SET
            email = CASE WHEN lower(email) = @email THEN '' ELSE email END,
            label = CASE WHEN lower(label) = @email THEN @name ELSE label END,
            account_key = CASE WHEN lower(account_key) = @email THEN @name ELSE account_key END
        WHERE lower(email) = @email OR lower(label) = @email OR lower(account_key) = @email
        """;

    /// <summary>Messages that may name the address.</summary>
    public const string SelectMessages = @"SELECT alert_id, message FROM quota_alerts WHERE lower(message) LIKE @pattern ESCAPE '\'";

    public const string RenameMessage = "UPDATE quota_alerts SET message = @message WHERE alert_id = @alert";
}
