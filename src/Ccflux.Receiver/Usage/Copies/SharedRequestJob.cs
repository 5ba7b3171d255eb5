using System.Runtime.InteropServices;
using Ccflux.Receiver.Identity.Erasure;
using Ccflux.Receiver.Platform.Jobs;
using Ccflux.Storage.Reading;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Usage.Copies;

/// <summary>Names, once a day, the requests that several users have: copied transcripts, a folder that two accounts share. It changes no figure. The keys are read part by part, each part from
/// every user, so that neither the memory nor a reading session depends on how many there are.</summary>
/// <param name="keysAtOnce">How many keys are in memory at once, about.</param>
internal sealed partial class SharedRequestJob(ReadSessions readers, GroupCommitWriter writer, TimeProvider time, ILogger<SharedRequestJob> logger, long keysAtOnce = KeySlices.KeysAtOnce)
    : BackgroundService
{
    private const int RowsPerWrite = 500;

    /// <summary>How many rows one reading session looks up.</summary>
    private const int LookUps = 10_000;

    private static readonly TimeSpan s_interval = TimeSpan.FromDays(1);

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Holder(long Key, long User);

    /// <summary>Runs one search.</summary>
    /// <returns>The number of pairs of users found, each counted from both sides.</returns>
    internal async Task<int> FindAsync(CancellationToken cancellationToken)
    {
        var found = new SharedPairs();
        var (users, requests) = await ReadAsync(
            session => (session.List(CopiesSql.SelectUsers, static rows => rows.Int64(0)), session.Scalar(CopiesSql.CountRequests) ?? 0), cancellationToken);
        var holders = new List<Holder>();
        foreach (var (from, to) in KeySlices.Of(requests, keysAtOnce))
        {
            cancellationToken.ThrowIfCancellationRequested();
            holders.Clear();
            await ReadKeysAsync(users, from, to, holders, cancellationToken);
            await AddSharedAsync(holders, found, cancellationToken);
        }

        await WriteAsync(found, cancellationToken);
        if (found.Found.Count > 0)
        {
            Log.Found(logger, found.Found.Count / 2);
        }

        if (found.IsCut)
        {
            Log.Cut(logger, SharedPairs.MaxPairs / 2);
        }

        return found.Found.Count;
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        PeriodicLoop.RunAsync(time, s_interval, FindAsync, exception => Log.Failed(logger, exception), stoppingToken);

    private async Task ReadKeysAsync(List<long> users, long from, long to, List<Holder> holders, CancellationToken cancellationToken)
    {
        using var session = await readers.OpenAsync(cancellationToken);
        foreach (var user in users)
        {
            using var rows = session.Query(CopiesSql.SelectKeys, ("user", user), ("from", from), ("to", to));
            while (rows.Read())
            {
                holders.Add(new Holder(rows.Int64(0), user));
            }
        }
    }

    /// <summary>Sorts the keys of a part, so that those of one request stand together, and adds what several users have.</summary>
    private async Task AddSharedAsync(List<Holder> holders, SharedPairs found, CancellationToken cancellationToken)
    {
        holders.Sort(static (a, b) => a.Key != b.Key ? a.Key.CompareTo(b.Key) : a.User.CompareTo(b.User));
        for (var next = 0; next < holders.Count;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            next = await ReadAsync(session => AddShared(session, holders, next, found), cancellationToken);
        }
    }

    /// <summary>Goes on from a place in the sorted keys until enough rows were looked up.</summary>
    /// <returns>The place after the last key that was compared.</returns>
    private static int AddShared(ReadSession session, List<Holder> holders, int from, SharedPairs found)
    {
        var held = new List<HeldRequest>();
        var lookUps = 0;
        while (from < holders.Count && lookUps < LookUps)
        {
            var end = from + 1;
            while (end < holders.Count && holders[end].Key == holders[from].Key)
            {
                end++;
            }

            if (end - from > 1)
            {
                held.Clear();
                // One more than are compared shows that there are too many.
                for (var holder = from; holder < end && held.Count <= SharedPairs.MaxHolders; holder++)
                {
                    lookUps++;
                    if (Find(session, holders[holder]) is { } request)
                    {
                        held.Add(request);
                    }
                }

                found.Add(CollectionsMarshal.AsSpan(held));
            }

            from = end;
        }

        return from;
    }

    private static HeldRequest? Find(ReadSession session, Holder holder)
    {
        using var rows = session.Query(CopiesSql.SelectHeld, ("user", holder.User), ("key", holder.Key));
        return rows.Read() ? new HeldRequest(holder.User, rows.Int64(0), rows.Int64(1), rows.Int64(2), rows.Int64(3) == 0) : null;
    }

    private async Task WriteAsync(SharedPairs found, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        foreach (var part in found.Found.Chunk(RowsPerWrite))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var written = await writer.WriteAsync(session =>
            {
                foreach (var ((user, other), pair) in part.Where(pair => !Tombstones.IsErased(session, pair.Key.User) && !Tombstones.IsErased(session, pair.Key.Other)))
                {
                    session.Execute(
                        CopiesSql.PutShared,
                        ("user", user), ("other", other), ("requests", pair.Requests), ("counted", pair.Counted), ("tokens", pair.Tokens), ("sessions", pair.Sessions),
                        ("first_at", pair.First), ("last_at", pair.Last), ("found_at", now));
                }

                return part.Length;
            });
            if (!written.IsCommitted)
            {
                return;
            }
        }

        await writer.WriteAsync(session => session.Execute(CopiesSql.DeleteSharedBefore, ("found_at", now)));
    }

    private async Task<T> ReadAsync<T>(Func<ReadSession, T> read, CancellationToken cancellationToken)
    {
        using var session = await readers.OpenAsync(cancellationToken);
        return read(session);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "{Pairs} pairs of users have requests in common")]
        public static partial void Found(ILogger logger, int pairs);

        [LoggerMessage(2, LogLevel.Warning, "More users have requests in common than are compared; at most {Pairs} pairs are named, and their figures may be too low")]
        public static partial void Cut(ILogger logger, int pairs);

        [LoggerMessage(3, LogLevel.Error, "Searching for requests that several users have failed; retrying in a day")]
        public static partial void Failed(ILogger logger, Exception exception);
    }
}
