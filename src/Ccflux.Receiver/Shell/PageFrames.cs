using System.Collections.Frozen;
using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Platform.Http;
using Ccflux.Receiver.Platform.Live;

namespace Ccflux.Receiver.Shell;

/// <summary>Creates the frame of a page from its request.</summary>
internal sealed class PageFrames(IEnumerable<Capability> capabilities, HttpOptions options, LiveBus live, TimeProvider time)
{
    private readonly IReadOnlyList<Capability> _capabilities = [.. capabilities.OrderBy(capability => capability.Order)];

    /// <summary>The frame of a capability's page. Call it before the data is read, so that a change in between is not missed.</summary>
    public PageFrame For(HttpContext context, string title, string capability, string? liveTopic = null)
    {
        var principal = Principal.Of(context);
        var address = AddressOf(context.Request);
        return new PageFrame(
            title,
            new Uri(address).Authority,
            address,
            PageLink.Of(context.Request),
            time.GetUtcNow(),
            [.. _capabilities.Where(entry => entry.IsPublic || principal.Can(entry.Permission))],
            capability,
            SignedIn: principal.Antiforgery.Length > 0,
            ShownTo(principal),
            principal.Antiforgery,
            liveTopic,
            liveTopic is null ? null : live.Current().Id,
            Flash: null,
            IsExport: false);
    }

    /// <summary>The frame of a page that is saved to a file: without sign-in, changes or live updates.</summary>
    public PageFrame ForExport(Principal principal, string title, string address) => new(
        title,
        new Uri(address).Authority,
        address,
        new PageLink("", []),
        time.GetUtcNow(),
        [],
        "",
        SignedIn: false,
        ShownTo(principal with { Antiforgery = "" }),
        "",
        LiveTopic: null,
        LiveSince: null,
        Flash: null,
        IsExport: true);

    /// <summary>Without an antiforgery token, a form could not be submitted: only what the caller may read is shown.</summary>
    private static FrozenSet<Permission> ShownTo(Principal principal) =>
        (principal.Antiforgery.Length > 0 ? Permissions.All : Permissions.Reading).Where(principal.Can).ToFrozenSet();

    public string AddressOf(HttpRequest request) => options.BaseUrl is { } configured
        ? configured.TrimEnd('/')
        : Uri.TryCreate($"{request.Scheme}://{request.Host}", UriKind.Absolute, out var address) ? address.GetLeftPart(UriPartial.Authority) : "http://localhost";
}
