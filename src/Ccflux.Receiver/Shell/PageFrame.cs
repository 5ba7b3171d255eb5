using Ccflux.Receiver.Platform.Auth;

namespace Ccflux.Receiver.Shell;

/// <summary>The frame of every page, with the context that components need.</summary>
/// <param name="Host">The host by which people reach the receiver, shown next to the brand.</param>
/// <param name="Address">The receiver's URL for clients: BASE_URL, or that of the request.</param>
/// <param name="Capability">The capability to which the page belongs; empty for none.</param>
/// <param name="Antiforgery">The antiforgery token for every form; empty if there is none.</param>
/// <param name="Permissions">What the page may show: parts and forms.</param>
/// <param name="LiveTopic">The topic whose changes refresh the page; null for a static page.</param>
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
    IReadOnlySet<Permission> Permissions,
    string Antiforgery,
    string? LiveTopic,
    string? LiveSince,
    Flash? Flash,
    bool IsExport)
{
    /// <summary>Fetches a live page again after this time even if no change was reported: ages and forecasts change with time.</summary>
    public TimeSpan? RefreshAfter { get; init; }

    public bool Can(Permission permission) => Permissions.Contains(permission);

    public DateOnly Today => DateOnly.FromDateTime(Now.UtcDateTime);
}

/// <summary>An entry of the main navigation. A slice registers its own as a singleton if it is switched on.</summary>
/// <param name="Permission">What its page needs.</param>
/// <param name="PersonPage">Returns the URL of its page about one person, by e-mail address; such pages link to each other. Null: it has none.</param>
/// <param name="IsPublic">True if it can be viewed without signing in.</param>
public sealed record Capability(string Name, string Path, int Order, Permission Permission, Func<string, string>? PersonPage = null, bool IsPublic = false);
