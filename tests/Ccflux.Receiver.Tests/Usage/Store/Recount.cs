using Dapper;
using Microsoft.Data.Sqlite;

namespace Ccflux.Receiver.Tests.Usage.Store;

/// <summary>Recounts every rollup from turns and events, in plain SQL and LINQ, and compares.</summary>
internal static class Recount
{
    private const long Hour = 3_600_000;

    private static readonly string[] s_sums =
    [
        "messages", "input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens", "cache_write_1h_tokens",
        .. from part in new[] { "over_100k", "over_200k", "fast" }
           from kind in new[] { "input", "output", "cache_read", "cache_write", "cache_write_1h" }
           select $"{part}_{kind}_tokens",
    ];

    private static readonly (string Name, string Kept, string Plural)[] s_rollups =
    [
        ("usage_days",
            $"SELECT day, user_id, model_id, events, {string.Join(", ", s_sums)} FROM usage_days",
            $"SELECT t.ended_at / 86400000, e.user_id, e.model_id, count(*), {string.Join(", ", s_sums.Select(sum => $"sum(e.{sum})"))} FROM events e JOIN turns t USING (turn_id) GROUP BY 1, 2, 3"),
        ("user_days",
            "SELECT day, user_id, turns, failed FROM user_days",
            "SELECT ended_at / 86400000, user_id, count(*), sum(outcome = 'failed') FROM turns GROUP BY 1, 2"),
        ("session_days",
            "SELECT day, user_id, session_ref, prev_day, turns FROM session_days",
            """
            SELECT day, user_id, session_ref, lag(day, 1, -1) OVER (PARTITION BY user_id, session_ref ORDER BY day), turns
            FROM (SELECT ended_at / 86400000 AS day, user_id, session_ref, count(*) AS turns FROM turns GROUP BY 1, 2, 3)
            """),
        ("sessions",
            "SELECT session_ref, user_id, first_at, last_at, turns, events, input_tokens, output_tokens, cache_read_tokens, cache_write_tokens FROM sessions",
            """
            SELECT t.session_ref, t.user_id, min(t.started_at), max(t.ended_at), count(DISTINCT t.turn_id), count(e.event_id),
                   coalesce(sum(e.input_tokens), 0), coalesce(sum(e.output_tokens), 0), coalesce(sum(e.cache_read_tokens), 0), coalesce(sum(e.cache_write_tokens), 0)
            FROM turns t LEFT JOIN events e USING (turn_id) GROUP BY 1, 2
            """),
        ("user_totals",
            "SELECT user_id, sessions, turns, failed, first_at, last_at FROM user_totals",
            "SELECT user_id, count(DISTINCT session_ref), count(*), sum(outcome = 'failed'), min(started_at), max(ended_at) FROM turns GROUP BY 1"),
        ("user_models",
            "SELECT user_id, model_id, events, messages, input_tokens, output_tokens, cache_read_tokens, cache_write_tokens FROM user_models",
            "SELECT user_id, model_id, count(*), sum(messages), sum(input_tokens), sum(output_tokens), sum(cache_read_tokens), sum(cache_write_tokens) FROM events GROUP BY 1, 2"),
    ];

    public static void AssertExact(string path)
    {
        using var connection = new SqliteConnection($"Data Source={path};Mode=ReadOnly;Pooling=False");
        foreach (var (name, kept, counted) in s_rollups)
        {
            Compare(name, Lines(connection, counted), Lines(connection, kept));
        }

        var windows = Windows(connection);
        Compare("usage_windows", windows.Select(window => window.Line), Lines(
            connection,
            "SELECT user_id, start_at, last_at, turns, sessions, input_tokens, output_tokens, cache_read_tokens, cache_write_tokens FROM usage_windows"));
        Compare("window_sessions", windows.SelectMany(window => window.Sessions), Lines(connection, "SELECT user_id, start_at, session_ref FROM window_sessions"));
    }

    /// <summary>The documented rule for 5-hour windows: floored to the hour; a new one five hours after the start or after the last event.</summary>
    private static List<(string Line, IEnumerable<string> Sessions)> Windows(SqliteConnection connection)
    {
        var turns = connection.Query<(long User, long Session, long Ended, long In, long Out, long Read, long Write)>(
            """
            SELECT t.user_id, t.session_ref, t.ended_at, coalesce(sum(e.input_tokens), 0), coalesce(sum(e.output_tokens), 0),
                   coalesce(sum(e.cache_read_tokens), 0), coalesce(sum(e.cache_write_tokens), 0)
            FROM turns t LEFT JOIN events e USING (turn_id) GROUP BY t.turn_id
            """);
        var windows = new List<(string, IEnumerable<string>)>();
        foreach (var user in turns.GroupBy(turn => turn.User))
        {
            var rest = user.OrderBy(turn => turn.Ended).ToList();
            while (rest.Count > 0)
            {
                var start = rest[0].Ended / Hour * Hour;
                var last = rest[0].Ended;
                var held = new List<(long User, long Session, long Ended, long In, long Out, long Read, long Write)>();
                foreach (var turn in rest)
                {
                    if (turn.Ended - start >= 5 * Hour || turn.Ended - last >= 5 * Hour)
                    {
                        break;
                    }

                    held.Add(turn);
                    last = turn.Ended;
                }

                rest = rest[held.Count..];
                var sessions = held.Select(turn => turn.Session).Distinct().ToList();
                windows.Add((
                    $"{user.Key}|{start}|{last}|{held.Count}|{sessions.Count}|{held.Sum(turn => turn.In)}|{held.Sum(turn => turn.Out)}|{held.Sum(turn => turn.Read)}|{held.Sum(turn => turn.Write)}",
                    sessions.Select(session => $"{user.Key}|{start}|{session}")));
            }
        }

        return windows;
    }

    private static List<string> Lines(SqliteConnection connection, string sql) =>
        connection.Query(sql).Select(row => string.Join('|', ((IDictionary<string, object>)row).Values)).ToList();

    private static void Compare(string name, IEnumerable<string> counted, IEnumerable<string> kept)
    {
        var expected = counted.Order(StringComparer.Ordinal).ToList();
        var actual = kept.Order(StringComparer.Ordinal).ToList();
        Assert.True(
            expected.SequenceEqual(actual, StringComparer.Ordinal),
            $"{name}: counted but not kept: {string.Join("; ", expected.Except(actual, StringComparer.Ordinal).Take(5))} — kept but not counted: {string.Join("; ", actual.Except(expected, StringComparer.Ordinal).Take(5))}");
    }
}
