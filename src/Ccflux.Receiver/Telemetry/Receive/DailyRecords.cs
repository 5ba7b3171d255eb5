using System.Collections.Concurrent;

namespace Ccflux.Receiver.Telemetry.Receive;

/// <summary>Counts the records that each user added since the day (UTC) began or the receiver started. Known records that are sent again do not count.</summary>
internal sealed class DailyRecords(int cap, TimeProvider time)
{
    private const int MaxUsers = 20_000;

    private readonly ConcurrentDictionary<long, (DateTime Day, long Records)> _users = new();

    /// <summary>True while the user may add more; otherwise the wait until the next day.</summary>
    public bool HasRoom(long user, out TimeSpan wait)
    {
        var now = time.GetUtcNow();
        wait = UnixTime.UntilTomorrow(now);
        return !_users.TryGetValue(user, out var today) || today.Day != now.UtcDateTime.Date || today.Records < cap;
    }

    public void Add(long user, int records)
    {
        if (_users.Count >= MaxUsers)
        {
            Sweep();
        }

        var day = time.GetUtcNow().UtcDateTime.Date;
        _users.AddOrUpdate(user, _ => (day, records), (_, known) => (day, known.Day == day ? known.Records + records : records));
    }

    /// <summary>Only the admin creates users, so there are rarely that many; entries of earlier days are removed first.</summary>
    private void Sweep()
    {
        var day = time.GetUtcNow().UtcDateTime.Date;
        foreach (var pair in _users.Where(pair => pair.Value.Day != day))
        {
            _users.TryRemove(pair);
        }

        if (_users.Count >= MaxUsers)
        {
            _users.Clear();
        }
    }
}
