using System.Diagnostics;
using Ccflux.Contracts.Usage;
using Ccflux.Receiver.Usage.Ledger;
using Ccflux.Storage.Sqlite;

namespace Ccflux.Bench.Ingest;

/// <summary>A bare loop of the ledger's INSERT statements, on the receiver's file with its pragmas: what is left of ingest without HTTP, signatures, rules and sums.</summary>
internal static class BareInserts
{
    /// <summary>As many rows as the receiver puts into one transaction.</summary>
    private const int BatchesATransaction = 5;

    private const int Users = 50;

    /// <returns>Requests per second.</returns>
    public static double Measure(string database, int batches, int requestsEach, int requestsATurn)
    {
        using var connection = SqliteConnection.Open(database);
        connection.ExecuteScript("PRAGMA synchronous = FULL; PRAGMA cache_size = -16384; PRAGMA wal_autocheckpoint = 4000; PRAGMA temp_store = memory");
        var random = new Random(1);
        var hour = TimeProvider.System.GetUtcNow().AddHours(-1).ToUnixTimeMilliseconds();
        var started = Stopwatch.GetTimestamp();
        for (var batch = 0; batch < batches; batch++)
        {
            if (batch % BatchesATransaction == 0)
            {
                connection.Begin();
            }

            Write(connection, 1 + (batch % Users), hour + batch, requestsEach, requestsATurn, random);
            if (batch % BatchesATransaction == BatchesATransaction - 1)
            {
                connection.Commit();
            }
        }

        return batches * requestsEach / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    private static void Write(SqliteConnection connection, int user, long at, int requests, int requestsATurn, Random random)
    {
        var (session, turn) = (NewKey(random), 0L);
        connection.Execute(
            LedgerSql.PutSession,
            ("user", user), ("session", session), ("session_id", LedgerKeyConverter.Text(session)), ("device", user), ("entrypoint", "cli"), ("started_at", (long?)null), ("reported_at", at));
        for (var i = 0; i < requests; i++)
        {
            if (i % requestsATurn == 0)
            {
                turn = NewKey(random);
                RequestStore.TryInsert(connection, user, new LedgerTurn(turn, session, at, at, TurnOutcome.Completed), isHidden: false);
            }

            var request = new LedgerRequest
            {
                Key = NewKey(random),
                At = at,
                Sources = RequestSources.Hook,
                NamedBy = RequestSources.Hook,
                SplitBy = RequestSources.Hook,
                Session = session,
                Turn = turn,
                Origin = RequestOrigin.Main,
                Model = "",
                Input = 100,
                Output = 10,
                CacheRead = 1000,
                CacheWrite5m = 30,
                CacheWrite1h = 20,
            };
            RequestStore.TryInsert(connection, user, request, model: 1, isHidden: false);
        }
    }

    private static long NewKey(Random random) => random.NextInt64(long.MinValue, long.MaxValue);
}
