namespace Ccflux.Receiver.Shell;

/// <summary>What every page is drawn in, and every component may need of it.</summary>
/// <param name="Host">The host people reach the receiver by, beside the brand.</param>
/// <param name="Address">The address clients are given: BASE_URL, else as the page was asked for.</param>
/// <param name="Capability">The capability the page belongs to; empty for none.</param>
/// <param name="Antiforgery">Goes into every form; empty where there is none.</param>
/// <param name="MayChange">True for the admin: forms and actions are drawn.</param>
/// <param name="LiveTopic">The topic whose changes redraw the page; null for a page that stays.</param>
/// <param name="LiveSince">The version of the topics before the page was read.</param>
public sealed record PageFrame(
    string Title,
    string Host,
    string Address,
    PageLink Link,
    DateTimeOffset Now,
    IReadOnlyList<Capability> Capabilities,
    string Capability,
    bool SignedIn,
    bool MayChange,
    string Antiforgery,
    string? LiveTopic,
    string? LiveSince,
    Flash? Flash,
    bool IsExport)
{
    /// <summary>Fetches a live page anew after this time even if nothing was said to have changed: ages and forecasts change by themselves.</summary>
    public TimeSpan? RefreshAfter { get; init; }

    public DateOnly Today => DateOnly.FromDateTime(Now.UtcDateTime);
}

/// <summary>An entry of the main navigation. A slice registers its own as a singleton when it is switched on.</summary>
/// <param name="PersonPage">The address of what it shows of one person, by e-mail: such pages lead to each other by it. Null: it has none.</param>
/// <param name="IsPublic">True where it may be looked at without signing in.</param>
public sealed record Capability(string Name, string Path, int Order, Func<string, string>? PersonPage = null, bool IsPublic = false);
