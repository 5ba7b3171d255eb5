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

    /// <returns>Requests per second, and the processor time of each in microseconds.</returns>
    public static (double PerSecond, double Processor) Measure(string database, int batches, int requestsEach)
    {
        using var connection = SqliteConnection.Open(database);
        connection.ExecuteScript("PRAGMA synchronous = FULL; PRAGMA cache_size = -16384; PRAGMA wal_autocheckpoint = 4000; PRAGMA temp_store = memory");
        var random = new Random(1);
        var now = TimeProvider.System.GetUtcNow();
        using var self = Process.GetCurrentProcess();
        var (processor, started) = (self.TotalProcessorTime, Stopwatch.GetTimestamp());
        for (var batch = 0; batch < batches; batch++)
        {
            if (batch % BatchesATransaction == 0)
            {
                connection.Begin();
            }

            var start = now - ((((batches - 1 - batch) / SignedRequests.Users) + 1) * requestsEach * SignedRequests.Gap);
            Write(connection, 1 + (batch % SignedRequests.Users), start, requestsEach, random);
            if (batch % BatchesATransaction == BatchesATransaction - 1)
            {
                connection.Commit();
            }
        }

        var took = Stopwatch.GetElapsedTime(started);
        self.Refresh();
        return (batches * requestsEach / took.TotalSeconds, (self.TotalProcessorTime - processor).TotalMicroseconds / (batches * requestsEach));
    }

    private static void Write(SqliteConnection connection, int user, DateTimeOffset start, int requests, Random random)
    {
        var (session, turn) = (NewKey(random), 0L);
        connection.Execute(
            LedgerSql.PutSession,
            ("user", user), ("session", session), ("session_id", LedgerKeyConverter.Text(session)), ("device", user), ("entrypoint", "cli"), ("started_at", (long?)null), ("reported_at", start.ToUnixTimeMilliseconds()));
        for (var i = 0; i < requests; i++)
        {
            var at = (start + (i * SignedRequests.Gap)).ToUnixTimeMilliseconds();
            if (i % SignedRequests.RequestsATurn == 0)
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
            RequestStore.TryInsert(connection, user, request, model: 1, RequestHiding.None);
        }
    }

    private static long NewKey(Random random) => random.NextInt64(long.MinValue, long.MaxValue);
}
