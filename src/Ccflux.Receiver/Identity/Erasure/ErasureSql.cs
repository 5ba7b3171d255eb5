namespace Ccflux.Receiver.Identity.Erasure;

/// <summary>Statements on the tombstones of erased people, and on what identity stores about them.</summary>
internal static class ErasureSql
{
    public const string IsErased = "SELECT 1 FROM erasures WHERE user_id = @user";

    public const string IsUnderway = "SELECT e.erasure_id FROM erasures e JOIN users u ON u.user_id = e.user_id WHERE u.email = @email AND e.finished_at IS NULL";

    public const string SelectKeys = "SELECT key FROM erasure_keys";

    public const string InsertKey = "INSERT INTO erasure_keys (key) VALUES (@key) ON CONFLICT (key) DO NOTHING";

    public const string IsMarked = "SELECT 1 FROM erasure_marks WHERE mark = @mark AND lifted_at IS NULL";

    /// <summary>Columns: tombstone, when it was requested, whether the mark is lifted.</summary>
    public const string SelectMark = """
        SELECT e.erasure_id, e.requested_at, CASE WHEN m.lifted_at IS NULL THEN 0 ELSE 1 END
        FROM erasure_marks m JOIN erasures e ON e.erasure_id = m.erasure_id
        WHERE m.mark = @mark
        """;

    /// <summary>A mark that is set again belongs to the last tombstone.</summary>
    public const string PutMark = """
        INSERT INTO erasure_marks (mark, erasure_id, lifted_at) VALUES (@mark, @erasure, @lifted_at)
        ON CONFLICT (mark) DO UPDATE SET erasure_id = excluded.erasure_id, lifted_at = excluded.lifted_at
        """;

    /// <summary>Lifts all marks of the tombstone that has this one.</summary>
    public const string Lift = """
        UPDATE erasure_marks SET lifted_at = @now
        WHERE lifted_at IS NULL AND erasure_id IN (SELECT erasure_id FROM erasure_marks WHERE mark = @mark)
        """;

    public const string Insert = "INSERT INTO erasures (user_id, requested_at) VALUES (@user, @now) RETURNING erasure_id";

    public const string SelectUnfinished = "SELECT erasure_id FROM erasures WHERE finished_at IS NULL ORDER BY erasure_id";

    /// <summary>Columns: user, address; the address is null if the user is gone.</summary>
    public const string SelectPerson = """
        SELECT e.user_id, u.email FROM erasures e LEFT JOIN users u ON u.user_id = e.user_id
        WHERE e.erasure_id = @erasure AND e.finished_at IS NULL AND e.user_id IS NOT NULL
        """;

    public const string Finish = "UPDATE erasures SET finished_at = @now WHERE erasure_id = @erasure AND finished_at IS NULL";

    public const string IsFinished = "SELECT 1 FROM erasures WHERE erasure_id = @erasure AND finished_at IS NOT NULL";

    /// <summary>After a restore: the person is here again, as another user perhaps.</summary>
    public const string Reopen = "UPDATE erasures SET user_id = @user, finished_at = NULL WHERE erasure_id = @erasure";

    public const string LockUser = "SELECT user_id FROM users WHERE email = @email FOR UPDATE";

    /// <summary>An address that only telemetry or a token names gets a user for the time of its erasure, whose number leads to its rows.</summary>
    public const string InsertUser = "INSERT INTO users (email, division, created_at) VALUES (@email, '', @now) RETURNING user_id";

    public const string HasToken = "SELECT 1 FROM refresh_tokens WHERE lower(trim(email)) = @email";

    /// <summary>Every address that may be an erased person's. Columns: address, when its user was added, or 0.</summary>
    public const string SelectAddresses = """
        SELECT email, created_at FROM users
        UNION ALL
        SELECT DISTINCT lower(trim(email)), 0 FROM refresh_tokens WHERE lower(trim(email)) NOT IN (SELECT email FROM users)
        """;

    public const string DeleteAccess = "DELETE FROM access_tokens WHERE user_id = @user";

    public const string DeleteTokens = "DELETE FROM refresh_tokens WHERE lower(trim(email)) = @email";

    public const string DeleteDevices = """
        DELETE FROM devices WHERE device_ref IN (SELECT device_ref FROM devices WHERE user_id = @user LIMIT @limit)
        """;

    public const string DeleteCaps = """
        DELETE FROM user_caps WHERE (user_id, day) IN (SELECT user_id, day FROM user_caps WHERE user_id = @user LIMIT @limit)
        """;

    /// <summary>Whose client was signed in with the address.</summary>
    public const string ForgetClaims = "UPDATE users SET claimed_email = NULL WHERE lower(claimed_email) = @email";

    public const string DeleteUser = "DELETE FROM users WHERE user_id = @user";

    /// <summary>The tombstones of the database that a restore replaces. Columns: number, requested at, finished at.</summary>
    public const string SelectFormer = "SELECT erasure_id, requested_at, finished_at FROM former.erasures ORDER BY erasure_id";

    /// <summary>Columns: mark, number, lifted at.</summary>
    public const string SelectFormerMarks = "SELECT mark, erasure_id, lifted_at FROM former.erasure_marks";

    public const string SelectFormerKeys = "SELECT key FROM former.erasure_keys";

    public const string SelectRequested = "SELECT requested_at FROM erasures WHERE erasure_id = @erasure";

    /// <summary>A null number draws one.</summary>
    public const string InsertCarried = """
        INSERT INTO erasures (erasure_id, requested_at, finished_at)
        VALUES (coalesce(@erasure, (SELECT coalesce(max(erasure_id), 0) + 1 FROM erasures)), @requested_at, @finished_at)
        RETURNING erasure_id
        """;
}
