using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Ccflux.Hook.Spool;

namespace Ccflux.Hook.Delivery;

/// <summary>Where to report and with which token, once both are known and valid.</summary>
/// <param name="BaseAddress">The receiver's URL, ending in a slash.</param>
/// <param name="RefreshToken">The user's token.</param>
internal sealed record Settings(Uri BaseAddress, string RefreshToken)
{
    /// <summary>Distinguishes tokens and endpoints without revealing them.</summary>
    public string Fingerprint { get; } =
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{BaseAddress}\n{RefreshToken}")).AsSpan(0, 16));

    public override string ToString() => $"Settings {{ BaseAddress = {BaseAddress} }}";
}

/// <summary>Finds the settings: the plugin's options in the environment, else <c>config.json</c>.</summary>
internal static class SettingsSource
{
    public const string EndpointOption = "CLAUDE_PLUGIN_OPTION_API_ENDPOINT";
    public const string TokenOption = "CLAUDE_PLUGIN_OPTION_API_TOKEN";
    private const int MaxToken = 4096;

    /// <returns>Null if something is missing or refused; <paramref name="why"/> then says what, in a sentence.</returns>
    public static Settings? Find(StateDirectory state, out string why)
    {
        var saved = Read(state);
        var endpoint = Option(EndpointOption) ?? saved.Endpoint;
        var token = Option(TokenOption) ?? saved.Token;
        if (endpoint is not { Length: > 0 } || token is not { Length: > 0 })
        {
            why = endpoint is { Length: > 0 } ? "No token is set." : "No endpoint is set.";
            return null;
        }

        return Of(endpoint, token, out why);
    }

    /// <returns>Null if one of them is refused; <paramref name="why"/> then says why, in a sentence.</returns>
    public static Settings? Of(string endpoint, string token, out string why)
    {
        token = token.Trim();
        if (token.Length > MaxToken || token.AsSpan().ContainsAnyExceptInRange('!', '~'))
        {
            why = "The token contains characters that no token has. Was it copied completely?";
            return null;
        }

        var allowHttp = Environment.GetEnvironmentVariable("CCFLUX_ALLOW_HTTP") is "1";
        return Endpoint.Parse(endpoint, allowHttp, out why) is { } address ? new Settings(address, token) : null;
    }

    /// <summary>Stores the plugin's options, if they changed, for commands that run outside a hook.</summary>
    public static void Keep(StateDirectory state)
    {
        var saved = Read(state);
        var wanted = new ClientConfig(Option(EndpointOption) ?? saved.Endpoint, Option(TokenOption) ?? saved.Token);
        if (wanted != saved)
        {
            Write(state, wanted);
        }
    }

    public static void Write(StateDirectory state, ClientConfig config) =>
        AtomicFile.Write(state.Config, JsonSerializer.SerializeToUtf8Bytes(config, StateJson.Default.ClientConfig));

    public static ClientConfig Read(StateDirectory state)
    {
        try
        {
            return AtomicFile.Read(state.Config) is { } json ? JsonSerializer.Deserialize(json, StateJson.Default.ClientConfig) ?? new(null, null) : new(null, null);
        }
        catch (Exception error) when (error is JsonException or IOException or UnauthorizedAccessException)
        {
            return new(null, null); // a damaged file counts as no configuration; status says that none is set
        }
    }

    private static string? Option(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
