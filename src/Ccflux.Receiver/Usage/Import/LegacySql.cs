namespace Ccflux.Receiver.Usage.Import;

/// <summary>Statements of the import: they read a ccflux 0.1 database, and write everything except turns to ours.</summary>
internal static class LegacySql
{
    public const string SelectTables = "SELECT name FROM sqlite_master WHERE type = 'table'";

    public const string SelectTokens = """
        SELECT token AS Token, lower(trim(email)) AS Email, coalesce(division, '') AS Division,
               datetime(expires_at) AS ExpiresAt, revoked <> 0 AS Revoked, coalesce(datetime(created_at), datetime('now')) AS CreatedAt
        FROM refresh_tokens
        """;

    /// <summary>A table of an even older version: its users are imported, its tokens are not.</summary>
    public const string SelectUsers = "SELECT DISTINCT lower(trim(email)) AS Email, coalesce(division, '') AS Division FROM user_tokens";

    public const string SelectDevices = """
        SELECT public_key AS PublicKey, lower(trim(email)) AS Email, device_id AS Name, revoked <> 0 AS Revoked,
               CAST(strftime('%s', registered_at) AS INTEGER) AS RegisteredAt, CAST(strftime('%s', last_seen_at) AS INTEGER) AS LastSeenAt
        FROM device_keys
        """;

    public const string SelectTiers = """
        SELECT lower(trim(email)) AS Email, tier_label AS Label, peak_tokens AS PeakTokens, method AS Method, window_count AS WindowCount
        FROM tier_hints
        """;

    /// <summary>All rows, with those of a turn together.</summary>
    public const string SelectEvents = """
        SELECT lower(trim(user_email)) AS Email, session_id AS SessionId, turn_index AS TurnIndex, model AS Model,
               timestamp_utc AS Timestamp, session_start_utc AS SessionStart, received_at AS ReceivedAt, device_id AS Device, plugin_version AS PluginVersion,
               input_tokens AS Input, output_tokens AS Output, cache_read_tokens AS CacheRead, cache_write_tokens AS CacheWrite
        FROM usage_events
        ORDER BY user_email, session_id, turn_index
        """;

    /// <summary>Parameters: token, email, division, expiry, revoked, created.</summary>
    public const string InsertToken = """
        INSERT INTO refresh_tokens (token, email, division, expires_at, revoked, created_at) VALUES (?, ?, ?, ?, ?, ?)
        ON CONFLICT DO NOTHING
        """;

    /// <summary>Parameters: user, key, name, registered, last seen or null, approved, revoked or null.</summary>
    public const string InsertDevice = """
        INSERT INTO devices (user_id, public_key, name, registered_at, last_seen_at, approved_at, revoked_at) VALUES (?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT DO NOTHING
        """;

    /// <summary>Parameters: user, name.</summary>
    public const string FindDevice = "SELECT max(device_ref) FROM devices WHERE user_id = ? AND name = ?";

    /// <summary>Parameters: user, label, peak, method, windows, now.</summary>
    public const string InsertTier = """
        INSERT INTO tiers (user_id, label, peak_tokens, method, window_count, updated_at) VALUES (?, ?, ?, ?, ?, ?)
        ON CONFLICT DO NOTHING
        """;
}
