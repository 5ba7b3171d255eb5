namespace Ccflux.Bench.Dashboard;

internal static class BenchSql
{
    public const string Fast = "PRAGMA synchronous = OFF; PRAGMA journal_mode = MEMORY; PRAGMA cache_size = -262144; PRAGMA secure_delete = OFF;";
    public const string Settle = "ANALYZE; PRAGMA journal_mode = WAL;";

    public const string User = "INSERT INTO users (user_id, email, division, created_at, last_report_at, plugin_version, claude_code_version, platform) VALUES (@user, @email, @division, @created_at, @last_report_at, '1.0.0', '2.1.252', 'linux-x86_64')";
    public const string Token = "INSERT INTO refresh_tokens (token, email, division, expires_at, days_valid) VALUES (@token, @email, @division, '2099-01-01 00:00:00', 365)";
    public const string Device = "INSERT INTO devices (device_ref, user_id, public_key, name, registered_at, last_seen_at, approved_at) VALUES (@user, @user, @key, @name, @registered_at, @last_seen_at, @registered_at)";
    public const string Tier = "INSERT INTO tiers (user_id, label, peak_tokens, method, window_count, updated_at) VALUES (@user, @label, @tokens, 'inferred', 100, @now)";
    public const string CountRequests = "SELECT count(*) FROM requests";

    /// <summary>The effect of a request of today on the page's data: with <see cref="CountChange"/>, the day must be read again.</summary>
    public const string Touch = "UPDATE usage_days SET requests = requests + 1, output_tokens = output_tokens + 1 WHERE day = (SELECT max(day) FROM usage_days) AND user_id = @user";

    /// <summary>As the receiver's writer does, but under a number of its own.</summary>
    public const string CountChange = """
        INSERT INTO usage_day_versions (day, writer, version) SELECT max(day), 1, 1 FROM usage_days WHERE true
        ON CONFLICT (day, writer) DO UPDATE SET version = version + 1
        """;

    /// <summary>The page's figures computed plainly, from the facts alone, as ccflux 0.1 queries them.</summary>
    public static (string Name, string Text)[] Scans { get; } =
    [
        ("cards", """
            SELECT count(DISTINCT user_id), count(DISTINCT session_key), count(*), sum(input_tokens), sum(output_tokens), sum(cache_read_tokens), sum(cache_write_5m_tokens + cache_write_1h_tokens)
            FROM requests WHERE hidden = 0
            """),
        ("daily", """
            SELECT at / 86400000 AS day, model_id, sum(input_tokens + output_tokens) FROM requests WHERE at >= @since AND hidden = 0 GROUP BY day, model_id
            """),
        ("users", """
            SELECT user_id, sum(input_tokens), sum(output_tokens), sum(cache_read_tokens), sum(cache_write_5m_tokens + cache_write_1h_tokens), count(DISTINCT session_key), count(DISTINCT turn_key), max(at)
            FROM requests WHERE at >= @since AND hidden = 0 GROUP BY user_id
            """),
        ("models", """
            SELECT model_id, count(DISTINCT user_id), count(*), sum(input_tokens), sum(output_tokens), sum(cache_read_tokens), sum(cache_write_5m_tokens + cache_write_1h_tokens)
            FROM requests WHERE hidden = 0 GROUP BY model_id
            """),
    ];
}
