namespace Ccflux.Receiver.Fleet.Monitors;

/// <summary>An address that is checked.</summary>
/// <param name="Name">As the page calls it.</param>
/// <param name="IsOurs">The receiver itself, which may be at a private address.</param>
internal sealed record MonitorTarget(string Name, Uri Address, bool IsOurs = false)
{
    private const int MaxName = 60;

    /// <summary><c>name=https://address,name=…</c>; nothing is an empty list, and null what is not of that form.</summary>
    public static IReadOnlyList<MonitorTarget>? Parse(string? text)
    {
        var targets = new List<MonitorTarget>();
        foreach (var item in (text ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var mark = item.IndexOf('=', StringComparison.Ordinal);
            var name = mark > 0 ? item[..mark].Trim() : "";
            if (name.Length is 0 or > MaxName || !Uri.TryCreate(item[(mark + 1)..].Trim(), UriKind.Absolute, out var address)
                || targets.Exists(target => string.Equals(target.Name, name, StringComparison.OrdinalIgnoreCase)))
            {
                return null;
            }

            targets.Add(new MonitorTarget(name, address));
        }

        return targets.Count <= MonitorOptions.MaxTargets ? targets : null;
    }
}
