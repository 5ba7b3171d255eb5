using System.Diagnostics;
using System.Globalization;
using Ccflux.Storage.Sqlite;

namespace Ccflux.Bench.Ingest;

/// <summary>Compares ways to lay out the table of requests on SQLite: each finds a request by its key and a user's requests by their hour. Rows come as a year of 500 people
/// makes them, all at once: in the order of time, with random keys.</summary>
internal static class LedgerLayouts
{
    private const int Users = 500;
    private const int RequestsAnHour = 12;
    private const int BatchRows = 500;
    private const int MeasuredBatches = 400;
    private const int Lookups = 20_000;

    private const string Columns = """
        at INTEGER NOT NULL, session_key INTEGER NOT NULL, turn_key INTEGER NOT NULL, model_id INTEGER NOT NULL, price_class INTEGER NOT NULL, origin INTEGER NOT NULL,
        provenance INTEGER NOT NULL, input_tokens INTEGER NOT NULL, output_tokens INTEGER NOT NULL, cache_read_tokens INTEGER NOT NULL, cache_write_5m_tokens INTEGER NOT NULL,
        cache_write_1h_tokens INTEGER NOT NULL, web_searches INTEGER NOT NULL, duration_ms INTEGER, first_token_ms INTEGER, stated_cost_nanos INTEGER
        """;

    private const string Insert = """
        INSERT INTO requests VALUES (@user, @hour, @key, @at, @session, @turn, 1, 0, 2, 330, @input, @output, @cache_read, @cache_write, 0, 0, NULL, NULL, NULL)
        ON CONFLICT DO NOTHING
        """;

    private const string ByKey = "SELECT at, input_tokens, output_tokens FROM requests WHERE user_id = @user AND request_key = @key";
    private const string ByHour = "SELECT count(*) FROM requests WHERE user_id = @user AND hour = @hour AND output_tokens > 0";

    private static readonly (string Name, string How, string Schema)[] s_layouts =
    [
        ("key", "clustered by user and key, index by user and hour", $"""
            CREATE TABLE requests (user_id INTEGER NOT NULL, hour INTEGER NOT NULL, request_key INTEGER NOT NULL, {Columns}, PRIMARY KEY (user_id, request_key)) WITHOUT ROWID;
            CREATE INDEX by_hour ON requests (user_id, hour);
            """),
        ("arrival", "in the order of arrival, indexes by user and key and by user and hour", $"""
            CREATE TABLE requests (user_id INTEGER NOT NULL, hour INTEGER NOT NULL, request_key INTEGER NOT NULL, {Columns}, UNIQUE (user_id, request_key));
            CREATE INDEX by_hour ON requests (user_id, hour);
            """),
        ("hour", "clustered by user, hour and key, index by user and key", $"""
            CREATE TABLE requests (user_id INTEGER NOT NULL, hour INTEGER NOT NULL, request_key INTEGER NOT NULL, {Columns}, PRIMARY KEY (user_id, hour, request_key)) WITHOUT ROWID;
            CREATE UNIQUE INDEX by_key ON requests (user_id, request_key);
            """),
    ];

    /// <param name="rows">How many requests the database holds before the second measurement.</param>
    /// <param name="print">Takes name, value, unit, baseline and how.</param>
    public static void Run(int rows, Action<string, double, string, double?, string> print)
    {
        foreach (var (name, how, schema) in s_layouts)
        {
            var folder = Directory.CreateTempSubdirectory("ccflux-layout-").FullName;
            try
            {
                using var connection = SqliteConnection.Open(Path.Combine(folder, "layout.db"));
                connection.ExecuteScript("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -16384; PRAGMA wal_autocheckpoint = 4000; PRAGMA temp_store = memory");
                connection.ExecuteScript(schema);
                var empty = Measure(connection, 0);
                print($"layout-{name}-empty", empty, "rows/s", null, $"{how}; {BatchRows} rows a transaction, durable, on an empty table");

                connection.ExecuteScript("PRAGMA synchronous = OFF; PRAGMA cache_size = -524288");
                for (var first = MeasuredBatches * BatchRows; first < rows; first += BatchRows)
                {
                    WriteBatch(connection, first);
                }

                connection.ExecuteScript("PRAGMA wal_checkpoint(TRUNCATE); PRAGMA cache_size = -16384; PRAGMA synchronous = FULL");
                var size = new FileInfo(Path.Combine(folder, "layout.db")).Length;
                print($"layout-{name}-bytes", (double)size / rows, "bytes/row", null, $"{how}; table and indexes, {rows} rows");
                print($"layout-{name}-full", Measure(connection, rows), "rows/s", empty, $"{how}; with {rows} rows before; baseline: empty");
                print($"layout-{name}-by-key", Look(connection, ByKey, rows), "µs", null, $"{how}; one request by its key, at random");
                print($"layout-{name}-by-hour", Look(connection, ByHour, rows), "µs", null, $"{how}; a user's requests of one hour, at random");
            }
            finally
            {
                Directory.Delete(folder, recursive: true);
            }
        }
    }

    /// <summary>The key of a row follows from its number, so that lookups need no list of them.</summary>
    private static long KeyOf(int row)
    {
        var mixed = unchecked((ulong)(row + 1) * 0x9E3779B97F4A7C15);
        mixed = unchecked((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9);
        return unchecked((long)((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB));
    }

    private static (long User, long Hour) PlaceOf(int row)
    {
        // All users are active in the same hours; within an hour their requests are mixed.
        const int Round = Users * RequestsAnHour;
        return (1 + (row % Round * 7 % Users), 490_000 + (row / Round));
    }

    private static void WriteBatch(SqliteConnection connection, int first)
    {
        connection.Begin();
        for (var row = first; row < first + BatchRows; row++)
        {
            var (user, hour) = PlaceOf(row);
            connection.Execute(
                Insert,
                ("user", user), ("hour", hour), ("key", KeyOf(row)), ("at", (hour * 3_600_000) + (row % 3_600_000)), ("session", KeyOf((int)((user * 1000) + (hour % 1000 / 3)))), ("turn", KeyOf(row / 8)),
                ("input", row % 9), ("output", 50 + (row % 900)), ("cache_read", 20_000 + (row % 90_000)), ("cache_write", row % 3000));
        }

        connection.Commit();
    }

    private static double Measure(SqliteConnection connection, int first)
    {
        var started = Stopwatch.GetTimestamp();
        for (var batch = 0; batch < MeasuredBatches; batch++)
        {
            WriteBatch(connection, first + (batch * BatchRows));
        }

        return MeasuredBatches * BatchRows / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    private static double Look(SqliteConnection connection, string sql, int rows)
    {
        var random = new Random(1);
        var started = Stopwatch.GetTimestamp();
        for (var i = 0; i < Lookups; i++)
        {
            var row = random.Next(rows);
            var (user, hour) = PlaceOf(row);
            var found = ReferenceEquals(sql, ByKey)
                ? connection.Any(sql, ("user", user), ("key", KeyOf(row)))
                : connection.Scalar(sql, ("user", user), ("hour", hour)) > 0;
            if (!found)
            {
                throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"Row {row} is not found."));
            }
        }

        return Stopwatch.GetElapsedTime(started).TotalMicroseconds / Lookups;
    }
}
