using System.Text.Json;

namespace Ccflux.Hook.Spool;

/// <summary>An interval of which nothing is ever sent. Open while <see cref="Until"/> is null.</summary>
internal sealed record PausedInterval(DateTimeOffset From, DateTimeOffset? Until, string Reason)
{
    public const string Paused = "paused";
    public const string KeyRevoked = "key-revoked";
}

/// <summary>The intervals of <c>pause</c> and of revoked keys, in <c>silence.json</c>.</summary>
internal sealed class PausedIntervals
{
    /// <summary>Above this number the two oldest intervals are merged into one that spans both.</summary>
    private const int MaxIntervals = 1000;

    private readonly string _path;
    private readonly List<PausedInterval> _intervals;

    private PausedIntervals(string path, List<PausedInterval> intervals)
    {
        _path = path;
        _intervals = intervals;
    }

    public IReadOnlyList<PausedInterval> Intervals => _intervals;

    public bool IsPaused => IsOpen(PausedInterval.Paused);

    /// <exception cref="JsonException">The file is damaged. It is better to send nothing than something that should not be sent.</exception>
    public static PausedIntervals Load(StateDirectory state) =>
        new(state.PausedIntervals, AtomicFile.Read(state.PausedIntervals) is { } json ? JsonSerializer.Deserialize(json, StateJson.Default.ListPausedInterval) ?? [] : []);

    public bool IsOpen(string reason) => _intervals.Exists(interval => interval.Until is null && string.Equals(interval.Reason, reason, StringComparison.Ordinal));

    public bool Covers(DateTimeOffset at) => _intervals.Exists(interval => interval.From <= at && (interval.Until is not { } until || at < until));

    /// <param name="atMs">Epoch milliseconds.</param>
    public bool Covers(long atMs) => _intervals.Count > 0 && Covers(DateTimeOffset.FromUnixTimeMilliseconds(atMs));

    /// <summary>False if an interval of that reason was already open.</summary>
    public bool Open(string reason, DateTimeOffset from)
    {
        if (IsOpen(reason))
        {
            return false;
        }

        _intervals.Add(new PausedInterval(from, null, reason));
        if (_intervals.Count > MaxIntervals)
        {
            var (first, second) = (_intervals[0], _intervals[1]);
            _intervals[1] = first with { Until = second.Until };
            _intervals.RemoveAt(0);
        }

        Save();
        return true;
    }

    /// <summary>False if no interval of that reason was open.</summary>
    public bool Close(string reason, DateTimeOffset until)
    {
        var at = _intervals.FindIndex(interval => interval.Until is null && string.Equals(interval.Reason, reason, StringComparison.Ordinal));
        if (at < 0)
        {
            return false;
        }

        _intervals[at] = _intervals[at] with { Until = until };
        Save();
        return true;
    }

    private void Save() => AtomicFile.Write(_path, JsonSerializer.SerializeToUtf8Bytes(_intervals, StateJson.Default.ListPausedInterval));
}
