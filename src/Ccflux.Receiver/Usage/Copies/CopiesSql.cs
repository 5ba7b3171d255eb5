namespace Ccflux.Receiver.Usage.Copies;

/// <summary>Statements that find requests which several users have, and that hide those which are declared to be copies.</summary>
internal static class CopiesSql
{
    public const string SelectUsers = "SELECT user_id FROM users ORDER BY user_id";

    /// <summary>How many requests count: about how many there are.</summary>
    public const string CountRequests = "SELECT CAST(coalesce(sum(requests), 0) AS bigint) FROM user_totals";

    public const string CountRequestsOf = "SELECT requests FROM user_totals WHERE user_id = @user";

    /// <summary>A user's keys within a part of the key space, read from the index alone.</summary>
    public const string SelectKeys = "SELECT request_key FROM requests WHERE user_id = @user AND request_key BETWEEN @from AND @to AND subject_id = 0";

    /// <summary>A request as one of several users with its key has it. What ccflux 0.1 reported has keys of its own.</summary>
    public const string SelectHeld = """
        SELECT at, session_key, input_tokens + output_tokens + cache_read_tokens + cache_write_5m_tokens + cache_write_1h_tokens, hidden
        FROM requests WHERE user_id = @user AND request_key = @key AND subject_id = 0 AND origin <> 7
        """;

    public const string PutShared = """
        INSERT INTO shared_requests (user_id, other_user_id, requests, counted, tokens, sessions, first_at, last_at, found_at)
        VALUES (@user, @other, @requests, @counted, @tokens, @sessions, @first_at, @last_at, @found_at)
        ON CONFLICT (user_id, other_user_id) DO UPDATE SET
            requests = excluded.requests, counted = excluded.counted, tokens = excluded.tokens, sessions = excluded.sessions,
            first_at = excluded.first_at, last_at = excluded.last_at, found_at = excluded.found_at
        """;

    public const string DeleteSharedBefore = "DELETE FROM shared_requests WHERE found_at < @found_at";

    public const string SelectUser = "SELECT user_id FROM users WHERE email = @email";

    public const string CountDeclarations = "SELECT count(*) FROM request_copies";

    public const string SelectDeclarations = "SELECT user_id, of_user_id FROM request_copies ORDER BY user_id, of_user_id";

    public const string IsDeclared = "SELECT 1 FROM request_copies WHERE user_id = @user AND of_user_id = @of";

    /// <summary>Whether what <c>@of</c> has are already copies of what <c>@user</c> has, directly or through others.</summary>
    public const string IsCircle = """
        WITH RECURSIVE originals (user_id) AS (
            SELECT of_user_id FROM request_copies WHERE user_id = @of
            UNION
            SELECT c.of_user_id FROM originals o JOIN request_copies c ON c.user_id = o.user_id
        )
        SELECT 1 FROM originals WHERE user_id = @user
        """;

    public const string Declare = """
        INSERT INTO request_copies (user_id, of_user_id, declared_at, declared_by) VALUES (@user, @of, @now, @by) ON CONFLICT DO NOTHING
        """;

    public const string TakeBack = "DELETE FROM request_copies WHERE user_id = @user AND of_user_id = @of";

    /// <summary>Keys, within a part of the key space, of requests that count for a user although another user has them too. The other's keys are read from the index alone; only
    /// where both have one is the user's row read. CROSS makes SQLite keep this order.</summary>
    public const string SelectCopies = """
        SELECT o.request_key
        FROM requests o
        CROSS JOIN requests r
        WHERE o.user_id = @of AND o.request_key BETWEEN @from AND @to AND o.subject_id = 0
          AND r.user_id = @user AND r.request_key = o.request_key AND r.subject_id = 0 AND r.hidden = 0 AND r.origin <> 7
        """;

    /// <summary>Whose requests are hidden as copies of whom, although no declaration says so any longer.</summary>
    public const string SelectTakenBack = """
        SELECT DISTINCT r.user_id, r.copy_of FROM requests r
        WHERE r.hidden = 2 AND NOT EXISTS (SELECT 1 FROM request_copies c WHERE c.user_id = r.user_id AND c.of_user_id = r.copy_of)
        """;

    public const string SelectHidden = "SELECT request_key FROM requests WHERE user_id = @user AND copy_of = @of AND hidden = 2 LIMIT @limit";
}
