namespace Ccflux.Receiver.Usage.Import;

/// <summary>Statements of the import: they read a ccflux 0.1 database, and write everything except turns to ours.</summary>
internal static class LegacySql
{
    public const string SelectTables = "SELECT name FROM sqlite_master WHERE type = 'table'";

    public const string SelectTokens = """
        SELECT token, lower(trim(email)), coalesce(division, ''), datetime(expires_at), revoked <> 0, coalesce(datetime(created_at), datetime('now'))
        FROM refresh_tokens
        """;

    /// <summary>A table of an even older version: its users are imported, its tokens are not.</summary>
    public const string SelectUsers = "SELECT DISTINCT lower(trim(email)), coalesce(division, '') FROM user_tokens";

    public const string SelectDevices = """
        SELECT public_key, lower(trim(email)), device_id, revoked <> 0,
               CAST(strftime('%s', registered_at) AS INTEGER), CAST(strftime('%s', last_seen_at) AS INTEGER)
        FROM device_keys
        """;

    public const string SelectTiers = "SELECT lower(trim(email)), tier_label, peak_tokens, method, window_count FROM tier_hints";

    /// <summary>All rows, with those of a turn together.</summary>
    public const string SelectEvents = """
        SELECT lower(trim(user_email)), session_id, turn_index, model, timestamp_utc, session_start_utc, received_at, device_id, plugin_version,
               input_tokens, output_tokens, cache_read_tokens, cache_write_tokens
        FROM usage_events
        ORDER BY user_email, session_id, turn_index
        """;

    public const string InsertToken = """
        INSERT INTO refresh_tokens (token, email, division, expires_at, revoked, created_at)
        VALUES (@token, @email, @division, @expires_at, @revoked, @created_at)
        ON CONFLICT DO NOTHING
        """;

    public const string InsertDevice = """
        INSERT INTO devices (user_id, public_key, name, registered_at, last_seen_at, approved_at, revoked_at)
        VALUES (@user, @public_key, @name, @registered_at, @last_seen_at, @approved_at, @revoked_at)
        ON CONFLICT DO NOTHING
        """;

    public const string FindDevice = "SELECT max(device_ref) FROM devices WHERE user_id = @user AND name = @name";

    public const string InsertTier = """
        INSERT INTO tiers (user_id, label, peak_tokens, method, window_count, updated_at)
        VALUES (@user, @label, @peak_tokens, @method, @window_count, @now)
        ON CONFLICT DO NOTHING
        """;
}
