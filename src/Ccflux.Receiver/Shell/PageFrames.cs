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
        var session = AdminSession.Of(context);
        var address = AddressOf(context.Request);
        return new PageFrame(
            title,
            new Uri(address).Authority,
            address,
            PageLink.Of(context.Request),
            time.GetUtcNow(),
            session is null ? [.. _capabilities.Where(entry => entry.IsPublic)] : _capabilities,
            capability,
            SignedIn: session is { Antiforgery.Length: > 0 },
            MayChange: session is { MayChange: true, Antiforgery.Length: > 0 },
            session?.Antiforgery ?? "",
            liveTopic,
            liveTopic is null ? null : live.Current().Id,
            Flash: null,
            IsExport: false);
    }

    /// <summary>The frame of a page that is saved to a file: without sign-in, changes or live updates.</summary>
    public PageFrame ForExport(string title, string address) => new(
        title,
        new Uri(address).Authority,
        address,
        new PageLink("", []),
        time.GetUtcNow(),
        [],
        "",
        SignedIn: false,
        MayChange: false,
        "",
        LiveTopic: null,
        LiveSince: null,
        Flash: null,
        IsExport: true);

    public string AddressOf(HttpRequest request) => options.BaseUrl is { } configured
        ? configured.TrimEnd('/')
        : Uri.TryCreate($"{request.Scheme}://{request.Host}", UriKind.Absolute, out var address) ? address.GetLeftPart(UriPartial.Authority) : "http://localhost";
}
