using Ccflux.Receiver.Platform.Http;

namespace Ccflux.Receiver.Cli;

/// <summary>What is printed with a new token: it, the address to use it with, and what the user does next.</summary>
internal static class NewToken
{
    public static string Text(string token, IServiceProvider services)
    {
        var endpoint = services.GetRequiredService<HttpOptions>().BaseUrl ?? "(set BASE_URL to see the address here)";
        return $"""

              endpoint  {endpoint}
              token     {token}

            The token is shown this once; send both to the user. On their machine:
              ccflux install --endpoint {(endpoint.StartsWith('(') ? "ADDRESS" : endpoint)} --token-file FILE

            """;
    }
}
