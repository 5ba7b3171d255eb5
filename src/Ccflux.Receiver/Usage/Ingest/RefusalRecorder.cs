using System.Collections.Concurrent;
using Ccflux.Receiver.Identity.Users;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Usage.Ingest;

/// <summary>Records with the user why a report was last refused, for the admin's page. It writes at most once a minute for each code, so that
/// a client in a loop does not load the database.</summary>
internal sealed class RefusalRecorder(GroupCommitWriter writer, TimeProvider time)
{
    private const int Capacity = 20_000;
    private static readonly TimeSpan s_pause = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<(long User, string Code), long> _noted = new();

    public void Note(long userId, string code)
    {
        var now = time.GetTimestamp();
        if (_noted.TryGetValue((userId, code), out var at) && time.GetElapsedTime(at, now) < s_pause)
        {
            return;
        }

        if (_noted.Count >= Capacity)
        {
            _noted.Clear();
        }

        _noted[(userId, code)] = now;

        // Not awaited: the note is a courtesy, and a full queue may drop it.
        writer.Post(session => session.Execute(
            UsersSql.StampRefusal, ("code", code), ("now", time.GetUtcNow().ToUnixTimeMilliseconds()), ("user", userId)));
    }
}
