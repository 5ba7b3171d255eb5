using Ccflux.Receiver.Usage.Read.Days;
using Ccflux.Receiver.Usage.Read.Panels;

namespace Ccflux.Receiver.Usage.Read.Snapshots;

/// <summary>Collects recent windows, and each user's largest closed one: what open windows are compared with, regardless of the filter.</summary>
/// <param name="now">Separates open windows from closed ones.</param>
/// <param name="holds">Whose windows count.</param>
internal sealed class RecentWindows(DateTimeOffset now, Func<int, bool> holds)
{
    /// <summary>How many days back a user's largest closed window is searched.</summary>
    public const int Days = 30;

    private readonly long _now = now.ToUnixTimeMilliseconds();
    private readonly long _listFrom = now.AddDays(-WindowsPanel.ListDays).ToUnixTimeMilliseconds();
    private readonly List<WindowCell> _list = [];
    private readonly Dictionary<int, ClosedPeak> _closed = [];

    /// <summary>Windows that began in the last seven days.</summary>
    public IReadOnlyList<WindowCell> List => _list;

    public IReadOnlyDictionary<int, ClosedPeak> Closed => _closed;

    public void Add(DayRows rows)
    {
        foreach (var window in rows.Windows.Where(window => holds(window.User)))
        {
            if (window.StartAt >= _listFrom)
            {
                _list.Add(window);
            }

            if (!window.IsOpen(_now))
            {
                var known = _closed.GetValueOrDefault(window.User);
                _closed[window.User] = new ClosedPeak(Math.Max(known.Billed, window.Tokens.Billed), known.Windows + 1);
            }
        }
    }
}
