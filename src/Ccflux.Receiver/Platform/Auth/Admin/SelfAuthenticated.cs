namespace Ccflux.Receiver.Platform.Auth.Admin;

/// <summary>Marks endpoints that check bearer tokens of their own: such a token is no wrong try at the admin's. Without it, the reports and
/// the telemetry of an office would lock the admin out behind the same address.</summary>
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
    /// <summary>Lets everybody in who has a token that the endpoint itself knows.</summary>
    public static TBuilder AllowOwnTokens<TBuilder>(this TBuilder endpoints)
        where TBuilder : IEndpointConventionBuilder
    {
        endpoints.AllowAnonymous().Add(SelfAuthenticated.Mark);
        return endpoints;
    }
}
