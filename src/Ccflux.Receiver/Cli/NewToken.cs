using Ccflux.Receiver.Platform.Http;

namespace Ccflux.Receiver.Cli;

/// <summary>What is printed with a new token: it, the address to use it with, and what the user does next.</summary>
internal static class NewToken
{
    /// <summary>Where clients reach the receiver, as far as it is known here.</summary>
    public static string Address(IServiceProvider services) => services.GetRequiredService<HttpOptions>().BaseUrl ?? "(set BASE_URL to see the address here)";

    public static string Text(string token, IServiceProvider services)
    {
        var endpoint = Address(services);
        return $"""

              endpoint  {endpoint}
              token     {token}

            The token is shown this once; send both to the user. On their machine:
              ccflux install --endpoint {(endpoint.StartsWith('(') ? "ADDRESS" : endpoint)} --token-file FILE

            """;
    }
}
