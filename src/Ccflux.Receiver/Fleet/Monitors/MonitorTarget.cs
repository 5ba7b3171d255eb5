namespace Ccflux.Receiver.Fleet.Monitors;

/// <summary>A URL that is checked.</summary>
/// <param name="Name">The name on the page.</param>
/// <param name="IsOurs">The receiver itself, which may have a private IP address.</param>
internal sealed record MonitorTarget(string Name, Uri Address, bool IsOurs = false)
{
    private const int MaxName = 60;

    /// <summary>Parses <c>name=https://address,name=…</c>. Empty text gives an empty list, malformed text null.</summary>
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
