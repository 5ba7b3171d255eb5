using Ccflux.Receiver.Tests.Hosting;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;

namespace Ccflux.Receiver.Tests.Platform.Auth;

/// <summary>All routes of a receiver, read from its endpoints.</summary>
internal static class RouteTable
{
    public static IReadOnlyList<Route> Of(RunningReceiver receiver) =>
    [
        .. receiver.Services<EndpointDataSource>()
            .SelectMany(source => source.Endpoints)
            .OfType<RouteEndpoint>()
            .SelectMany(endpoint => (endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? ["GET"]).Select(method => new Route(method, endpoint)))
            .DistinctBy(route => route.Text)
            .OrderBy(route => route.Text.Split(' ')[1], StringComparer.Ordinal).ThenBy(route => route.Text, StringComparer.Ordinal),
    ];
}

/// <summary>A route and one of its methods.</summary>
internal sealed record Route(string Method, RouteEndpoint Endpoint)
{
    public string Text => $"{Method} {Endpoint.RoutePattern.RawText}";

    public bool IsOpen => Endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null;

    /// <summary>The permission; <c>-</c> for a route that is open to all or takes tokens of its own, <c>signed in</c> if it takes no more than that.</summary>
    public string Needs => IsOpen ? "-" : Endpoint.Metadata.GetOrderedMetadata<IAuthorizeData>() is [.., var last] ? last.Policy ?? "signed in" : "(nothing)";

    /// <summary>The path with values for its parameters: a person, and the same number for everything else.</summary>
    public string PathFor(string email, long id) => "/" + string.Join('/', Endpoint.RoutePattern.PathSegments.Select(segment => string.Concat(segment.Parts.Select(part => part switch
    {
        RoutePatternLiteralPart literal => literal.Content,
        RoutePatternSeparatorPart separator => separator.Content,
        RoutePatternParameterPart { Name: "email" or "person" } => email,
        RoutePatternParameterPart { Name: "documentName" } => "v1",
        _ => id.ToString(System.Globalization.CultureInfo.InvariantCulture),
    })))) + (Endpoint.RoutePattern.RawText is [.., '/'] and not "/" ? "/" : "");
}
