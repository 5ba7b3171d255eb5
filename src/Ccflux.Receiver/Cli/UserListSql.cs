using Ccflux.Receiver.Platform.Auth;

namespace Ccflux.Receiver.Cli;

/// <summary>SQL of <c>users list</c>: one row per user, with the newest live token or, without one, the state of the last token.</summary>
internal static class UserListSql
{
    public const string Select = $"""
        WITH token AS (
            SELECT lower(trim(email)) AS email, expires_at,
                   CASE WHEN revoked <> 0 THEN 'revoked' WHEN expires_at IS NOT NULL AND datetime(expires_at) <= datetime(@now) THEN 'expired' ELSE 'active' END AS state,
                   row_number() OVER (PARTITION BY lower(trim(email)) ORDER BY revoked, created_at DESC, rowid DESC) AS rank
            FROM refresh_tokens)
        SELECT u.user_id, u.email, u.division, coalesce(t.state, 'none'), t.expires_at, u.last_report_at
        FROM users u LEFT JOIN token t ON t.email = u.email AND t.rank = 1
        WHERE {ScopeSql.OfUser}
        ORDER BY u.email
        """;
}
