namespace Ccflux.Receiver.Platform.Auth.Admin;

/// <summary>Marks endpoints that check their own bearer tokens: such a token is not a failed attempt at the admin's. Without this mark, the reports and
/// telemetry of an office would lock out the admin behind the same IP address.</summary>
internal sealed class SelfAuthenticated
{
    private static readonly SelfAuthenticated s_instance = new();

    private SelfAuthenticated()
    {
    }

    public static bool AreTakenBy(Endpoint? endpoint) => endpoint?.Metadata.GetMetadata<SelfAuthenticated>() is not null;

    public static void Mark(EndpointBuilder endpoint) => endpoint.Metadata.Add(s_instance);
}

internal static class SelfAuthenticatedExtensions
{
    /// <summary>Admits anyone with a token that the endpoint itself accepts.</summary>
    public static TBuilder AllowOwnTokens<TBuilder>(this TBuilder endpoints)
        where TBuilder : IEndpointConventionBuilder
    {
        endpoints.AllowAnonymous().Add(SelfAuthenticated.Mark);
        return endpoints;
    }
}
