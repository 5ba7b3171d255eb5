namespace Ccflux.Receiver.Telemetry.Auth;

/// <summary>SQL of telemetry tokens, plans and mappings of installations.</summary>
internal static class TelemetryTokensSql
{
    /// <summary>A user whose refresh tokens are all revoked is revoked here too; a user who never had any is not.</summary>
    public const string FindUser = """
        SELECT t.user_id
        FROM telemetry_tokens t JOIN users u ON u.user_id = t.user_id
        WHERE t.token_hash = @hash AND t.revoked_at IS NULL
          AND (NOT EXISTS (SELECT 1 FROM refresh_tokens r WHERE lower(trim(r.email)) = u.email)
               OR EXISTS (SELECT 1 FROM refresh_tokens r WHERE lower(trim(r.email)) = u.email AND r.revoked = 0))
        """;

    public const string CountLive = "SELECT count(*) FROM telemetry_tokens WHERE revoked_at IS NULL";

    public const string SelectUser = "SELECT user_id FROM users WHERE email = @email";

    public const string Insert = "INSERT INTO telemetry_tokens (token_hash, user_id, created_at) VALUES (@hash, @user, @now)";

    public const string Revoke = "UPDATE telemetry_tokens SET revoked_at = @now WHERE user_id = @user AND revoked_at IS NULL";

    /// <summary>These three are for a restore, which keeps everything revoked that is revoked in the database it replaces.</summary>
    public const string SelectRevokedSince = """
        SELECT u.email FROM main.telemetry_tokens t JOIN main.users u ON u.user_id = t.user_id JOIN former.telemetry_tokens f ON f.token_hash = t.token_hash
        WHERE t.revoked_at IS NULL AND f.revoked_at IS NOT NULL
        """;

    public const string RevokeSince = """
        UPDATE main.telemetry_tokens SET revoked_at = CAST(strftime('%s', 'now') AS INTEGER) * 1000
        WHERE revoked_at IS NULL AND token_hash IN (SELECT token_hash FROM former.telemetry_tokens WHERE revoked_at IS NOT NULL)
        """;

    public const string SelectUnknown = """
        SELECT u.email FROM main.telemetry_tokens t JOIN main.users u ON u.user_id = t.user_id
        WHERE t.revoked_at IS NULL AND t.token_hash NOT IN (SELECT token_hash FROM former.telemetry_tokens)
        """;

    public const string SetPlan = """
        INSERT INTO telemetry_plans (person, plan, set_at) VALUES (@person, @plan, @now)
        ON CONFLICT (person) DO UPDATE SET plan = excluded.plan, set_at = excluded.set_at
        """;

    public const string RemovePlan = "DELETE FROM telemetry_plans WHERE person = @person";

    public const string MapInstall = "UPDATE telemetry_subjects SET user_id = @user WHERE subject_id = @subject AND kind = 'install'";
}
