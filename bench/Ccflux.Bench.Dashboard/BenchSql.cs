namespace Ccflux.Bench.Dashboard;

internal static class BenchSql
{
    public const string Fast = "PRAGMA synchronous = OFF; PRAGMA journal_mode = MEMORY; PRAGMA cache_size = -262144; PRAGMA secure_delete = OFF;";
    public const string Settle = "ANALYZE; PRAGMA journal_mode = WAL;";

    public const string User = "INSERT INTO users (user_id, email, division, created_at, last_report_at, plugin_version, claude_code_version, platform) VALUES (@user, @email, @division, @created_at, @last_report_at, '1.0.0', '2.1.252', 'linux-x86_64')";
    public const string Token = "INSERT INTO refresh_tokens (token, email, division, expires_at, days_valid) VALUES (@token, @email, @division, '2099-01-01 00:00:00', 365)";
    public const string Device = "INSERT INTO devices (device_ref, user_id, public_key, name, registered_at, last_seen_at, approved_at) VALUES (@user, @user, @key, @name, @registered_at, @last_seen_at, @registered_at)";
    public const string Model = "INSERT INTO models (model_id, name, first_seen_at) VALUES (@model, @name, @first_seen_at)";
    public const string Session = "INSERT INTO sessions VALUES (@session, @user, @id, @first_at, @first_at, @last_at, @turns, @events, @input, @output, @read, @write)";
    public const string Turn = "INSERT INTO turns VALUES (@turn, @user, @session, 2, @index, @started_at, @ended_at, @received_at, @status, 'cli', @user, '1.0.0', 0)";

    public const string Event = """
        INSERT INTO events (event_id, user_id, turn_id, model_id, input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, cache_write_1h_tokens, messages, subagent_tokens, partial)
        VALUES (@event, @user, @turn, @model, @input, @output, @read, @write, @write, @messages, 0, 0)
        """;

    public const string UsageDay = """
        INSERT INTO usage_days (day, user_id, model_id, events, messages, input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, cache_write_1h_tokens)
        VALUES (@day, @user, @model, @events, @messages, @input, @output, @read, @write, @write)
        """;

    public const string UserDay = "INSERT INTO user_days VALUES (@day, @user, @turns, @failed)";
    public const string SessionDay = "INSERT INTO session_days VALUES (@day, @user, @session, -1, @turns)";
    public const string Window = "INSERT INTO usage_windows VALUES (@user, @started_at, @last_at, @turns, @sessions, @input, @output, @read, @write)";
    public const string UserTotal = "INSERT INTO user_totals VALUES (@user, @sessions, @turns, @failed, @first_at, @last_at)";
    public const string UserModel = "INSERT INTO user_models VALUES (@user, @model, @events, @messages, @input, @output, @read, @write)";
    public const string Tier = "INSERT INTO tiers VALUES (@user, @tier, @tokens, 'inferred', @windows, @now, NULL)";
    public const string CountEvents = "SELECT count(*) FROM events";

    /// <summary>The effect of a turn of today on the page's data: one row of today gets another version.</summary>
    public const string Touch = "UPDATE usage_days SET messages = messages + 1 WHERE day = (SELECT max(day) FROM usage_days) AND user_id = @user";

    /// <summary>The page's figures computed plainly, from the facts alone, as ccflux 0.1 queries them.</summary>
    public static (string Name, string Text)[] Scans { get; } =
    [
        ("cards", """
            SELECT count(DISTINCT e.user_id), count(DISTINCT t.session_ref), count(*), sum(e.input_tokens), sum(e.output_tokens), sum(e.cache_read_tokens), sum(e.cache_write_tokens)
            FROM events e JOIN turns t ON t.turn_id = e.turn_id
            """),
        ("daily", """
            SELECT t.ended_at / 86400000 AS day, e.model_id, sum(e.input_tokens + e.output_tokens)
            FROM events e JOIN turns t ON t.turn_id = e.turn_id WHERE t.ended_at >= @since GROUP BY day, e.model_id
            """),
        ("users", """
            SELECT e.user_id, sum(e.input_tokens), sum(e.output_tokens), sum(e.cache_read_tokens), sum(e.cache_write_tokens), count(DISTINCT t.session_ref), count(DISTINCT t.turn_id), max(t.ended_at)
            FROM events e JOIN turns t ON t.turn_id = e.turn_id WHERE t.ended_at >= @since GROUP BY e.user_id
            """),
        ("models", """
            SELECT model_id, count(DISTINCT user_id), count(*), sum(input_tokens), sum(output_tokens), sum(cache_read_tokens), sum(cache_write_tokens) FROM events GROUP BY model_id
            """),
    ];
}
