namespace Ccflux.Receiver.Usage.Ledger;

/// <summary>Statements that record who reported last, and with what.</summary>
internal static class LastSeenSql
{
    /// <summary>The three texts replace the stored ones only if given.</summary>
    public const string StampUser = """
        UPDATE users SET last_report_at = @now, plugin_version = coalesce(nullif(@plugin_version, ''), plugin_version),
                         claude_code_version = coalesce(@claude_code_version, claude_code_version), platform = coalesce(@platform, platform)
        WHERE user_id = @user
        """;

    public const string StampClaimedEmail = "UPDATE users SET claimed_email = @claimed_email WHERE user_id = @user AND claimed_email IS DISTINCT FROM @claimed_email";

    public const string StampDevice = "UPDATE devices SET last_seen_at = @now WHERE device_ref = @device";
}
