namespace Ccflux.Receiver.Usage.Read.Days;

/// <summary>Statements from which 5-hour windows are computed.</summary>
internal static class WindowSql
{
    /// <summary>The hours in which users were active, from one UTC day to another.</summary>
    public const string ActiveHours = """
        SELECT user_id, day, hours FROM active_hours WHERE day BETWEEN @from AND @to ORDER BY user_id, day
        """;

    /// <summary>All active hours of one user up to a UTC day: for somebody who never rests.</summary>
    public const string ActiveHoursOf = """
        SELECT day, hours FROM active_hours WHERE user_id = @user AND day <= @to ORDER BY day
        """;

    /// <summary>The sums of users by slot, in order. CROSS makes SQLite begin with the users: the sums are ordered by user and slot.</summary>
    public const string Slots = """
        SELECT h.user_id, h.slot, h.last_at, h.turns, h.input_tokens, h.output_tokens, h.cache_read_tokens, h.cache_write_tokens
        FROM users u
        CROSS JOIN user_hours h
        WHERE h.user_id = u.user_id AND h.slot >= @from AND h.slot < @until
        ORDER BY h.user_id, h.slot
        """;

    /// <summary>The sessions of users by slot, in the same order.</summary>
    public const string Sessions = """
        SELECT h.user_id, h.slot, h.session_key
        FROM users u
        CROSS JOIN session_hours h
        WHERE h.user_id = u.user_id AND h.slot >= @from AND h.slot < @until
        ORDER BY h.user_id, h.slot
        """;
}
