using Ccflux.Receiver.Usage.Read.Days;
using Ccflux.Receiver.Usage.Read.Snapshots;
using Ccflux.Receiver.Usage.Read.Views;

namespace Ccflux.Receiver.Usage.Read.Panels;

/// <summary>Builds the 5-hour windows: the list, the peaks and the open windows.</summary>
internal static class WindowsPanel
{
    /// <summary>How many days back the list of windows reaches.</summary>
    public const int ListDays = 7;

    /// <summary>Fewer windows than this say nothing about a user's peak.</summary>
    private const int MinWindows = 3;

    private static readonly TableOrder<WindowRow> s_order = new(
        row => $"{row.User.Email} {row.User.Division}",
        row => $"{row.User.Email} {row.StartedAt.ToUnixTimeSeconds():D12}",
        new Dictionary<string, Func<WindowRow, IComparable?>>(StringComparer.Ordinal)
        {
            ["user"] = row => row.User.Email,
            ["start"] = row => row.StartedAt,
            ["end"] = row => row.EndsAt,
            ["status"] = row => row.IsOpen ? 0 : 1,
            ["billed"] = row => row.Tokens.Billed,
            ["input"] = row => row.Tokens.Input,
            ["output"] = row => row.Tokens.Output,
            ["cache_read"] = row => row.Tokens.CacheRead,
            ["cache_write"] = row => row.Tokens.CacheWrite,
            ["turns"] = row => row.Turns,
            ["sessions"] = row => row.Sessions,
        });

    public static WindowTable Table(UsageSnapshot snapshot, IReadOnlyList<WindowCell> windows, TableState state)
    {
        var largest = windows.Count == 0 ? 0 : windows.Max(window => window.Tokens.Billed);
        var now = snapshot.Now.ToUnixTimeMilliseconds();
        var rows = windows.Select(window => Row(snapshot, window, now, largest)).ToList();
        var open = rows.Count(row => row.IsOpen);
        var shown = state.View switch
        {
            "open" => rows.Where(row => row.IsOpen),
            "closed" => rows.Where(row => !row.IsOpen),
            _ => rows,
        };
        return new WindowTable(s_order.Page(shown, state), open, rows.Count - open);
    }

    public static PeakList Peaks(UsageSnapshot snapshot, UsagePeriodSums period, IReadOnlyDictionary<int, OpenWindow> open, int most)
    {
        var bars = period.Users
            .Where(pair => pair.Value.PeakWindow > 0)
            .Select(pair => Peak(snapshot, pair.Key, pair.Value, open))
            .OrderByDescending(bar => bar.Peak)
            .ThenBy(bar => bar.User.Email, StringComparer.Ordinal)
            .ToList();
        return new PeakList(
            [
                .. bars.Take(most)
                    .GroupBy(bar => bar.Tier.Label, StringComparer.Ordinal)
                    .OrderByDescending(group => TierOrder.Rank(group.First().Tier))
                    .Select(group => new PeakGroup(group.Key, [.. group])),
            ],
            bars.Count);
    }

    public static PeakBar Peak(UsageSnapshot snapshot, int user, UserSums sums, IReadOnlyDictionary<int, OpenWindow> open)
    {
        var facts = snapshot.Users.GetValueOrDefault(user);
        return new PeakBar(
            snapshot.User(user),
            facts?.Tier ?? TierView.None,
            sums.PeakWindow,
            sums.AverageWindow,
            sums.Windows,
            facts?.LimitTokens,
            open.GetValueOrDefault(user)?.Billed);
    }

    /// <summary>Open windows by user, compared with the limit if one was observed, or else with the user's largest recent closed window.</summary>
    public static Dictionary<int, OpenWindow> Open(UsageSnapshot snapshot, IEnumerable<WindowCell> windows, IReadOnlyDictionary<int, ClosedPeak> closed)
    {
        var now = snapshot.Now.ToUnixTimeMilliseconds();
        var open = new Dictionary<int, OpenWindow>();
        foreach (var window in windows.Where(window => window.IsOpen(now)))
        {
            var limit = snapshot.Users.GetValueOrDefault(window.User)?.LimitTokens;
            var peak = closed.TryGetValue(window.User, out var known) && known.Windows >= MinWindows ? known.Billed : 0;
            var most = limit is > 0 ? limit.Value : peak;
            open[window.User] = new OpenWindow(
                window.Tokens.Billed,
                UnixTime.At(window.EndsAt),
                most > 0 ? (double)window.Tokens.Billed / most : null,
                limit is > 0);
        }

        return open;
    }

    private static WindowRow Row(UsageSnapshot snapshot, WindowCell window, long now, long largest) => new(
        snapshot.User(window.User),
        UnixTime.At(window.StartAt),
        UnixTime.At(window.EndsAt),
        UnixTime.At(window.LastAt),
        window.IsOpen(now),
        window.Tokens,
        window.Turns,
        window.Sessions,
        largest == 0 ? 0 : (double)window.Tokens.Billed / largest);
}
