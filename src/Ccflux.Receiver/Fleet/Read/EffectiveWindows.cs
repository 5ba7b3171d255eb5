using Ccflux.Receiver.Fleet.Rotation;
using Ccflux.Receiver.Fleet.Store;
using Ccflux.Receiver.Fleet.Switching;

namespace Ccflux.Receiver.Fleet.Read;

/// <summary>Combines readings of windows with later limit hits of sessions, as rotation does, for display. Pure.</summary>
internal static class EffectiveWindows
{
    /// <summary>The source of a figure that comes from a refused request.</summary>
    public const string Source = "limit_hit";

    public static IEnumerable<WindowRow> Of(IEnumerable<WindowRow> read, IEnumerable<LimitRow> limits)
    {
        var rows = read.ToDictionary(row => (row.AccountId, row.Name));
        foreach (var limit in limits)
        {
            var row = rows.GetValueOrDefault((limit.AccountId, limit.Window));
            var (at, resetsAt) = (UnixTime.At(limit.At), UnixTime.At(limit.ResetsAt));
            var known = row is null ? null : new WindowState(row.UsedMilli / 1000d, UnixTime.At(row.ResetsAt), UnixTime.At(row.ObservedAt));
            var window = LimitRule.Of(known, at, resetsAt);
            if (!ReferenceEquals(window, known))
            {
                rows[(limit.AccountId, limit.Window)] = new WindowRow
                {
                    AccountId = limit.AccountId,
                    Name = limit.Window,
                    UsedMilli = (long)(window.UsedPercent * 1000),
                    ResetsAt = limit.ResetsAt,
                    ObservedAt = window.ObservedAt.ToUnixTimeMilliseconds(),
                    Source = Source,
                };
            }
        }

        return rows.Values;
    }
}
