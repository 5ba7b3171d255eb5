using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Ccflux.Contracts.Quota;

namespace Ccflux.Receiver.Quota.Sources;

/// <summary>
/// Finds accounts whose login Claude Code keeps in files on this machine. The files are read and never written, and the tokens never refreshed: refresh
/// tokens are good for one use, and a second holder would sign the user out.
/// <code>{"claudeAiOauth":{"accessToken":"…","expiresAt":1795270000000,"accountUuid":"…","organizationUuid":"…"}}</code>
/// </summary>
internal sealed class CredentialFiles(QuotaOptions options, TimeProvider time) : IQuotaTargets
{
    private const int MaxFiles = 100;
    private const int MaxBytes = 256 * 1024;

    private readonly IReadOnlyList<string> _paths =
        [.. (options.CredentialFiles ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Take(MaxFiles)];

    public ValueTask<IReadOnlyList<OAuthAccount>> AccountsAsync(CancellationToken cancellationToken) =>
        ValueTask.FromResult<IReadOnlyList<OAuthAccount>>([.. _paths.Select((path, index) => Describe(Read(path), index))]);

    public ValueTask<string?> AccessTokenAsync(string accountKey, CancellationToken cancellationToken)
    {
        for (var index = 0; index < _paths.Count; index++)
        {
            var login = Read(_paths[index]);
            if (login is { AccessToken.Length: > 0 } && !(login.ExpiresAt <= time.GetUtcNow().ToUnixTimeMilliseconds())
                && string.Equals(Describe(login, index).Key, accountKey, StringComparison.Ordinal))
            {
                return ValueTask.FromResult<string?>(login.AccessToken);
            }
        }

        return ValueTask.FromResult<string?>(null);
    }

    /// <summary>An account without an id is identified by its file's position in the setting, because a path reveals who the user is.</summary>
    private static OAuthAccount Describe(Login? login, int index)
    {
        var label = string.Create(CultureInfo.InvariantCulture, $"login {index + 1}");
        var stamp = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(login?.AccessToken ?? "")));
        return new OAuthAccount(AccountKey.Of(Id(login?.AccountUuid), Id(login?.OrganizationUuid)) ?? label, label, "", stamp);
    }

    private static string? Id(string? text) => text is { Length: <= 64 } && !text.Contains(AccountKey.Separator, StringComparison.Ordinal) ? text : null;

    private static Login? Read(string path)
    {
        try
        {
            if (new FileInfo(path) is not { Exists: true, Length: <= MaxBytes })
            {
                return null;
            }

            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            if (document.RootElement.ValueKind != JsonValueKind.Object
                || !document.RootElement.TryGetProperty("claudeAiOauth", out var login)
                || login.ValueKind != JsonValueKind.Object)
            {
                return null;
            }

            // Missing or 0 means an unknown expiry, as clients sometimes leave it: the issuer decides whether the token is still valid.
            long? expires = login.TryGetProperty("expiresAt", out var at) && at.ValueKind == JsonValueKind.Number && at.TryGetInt64(out var ms) && ms > 0 ? ms : null;
            return new Login(Text(login, "accessToken"), expires, Text(login, "accountUuid"), Text(login, "organizationUuid"));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or JsonException or InvalidOperationException)
        {
            // The client is writing the file, or it is not a login: the account is shown as one without a login.
            return null;
        }
    }

    private static string? Text(JsonElement holder, string name) =>
        holder.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private sealed class Login(string? accessToken, long? expiresAt, string? accountUuid, string? organizationUuid)
    {
        public string? AccessToken { get; } = accessToken;

        /// <summary>Milliseconds since 1970; null if unknown.</summary>
        public long? ExpiresAt { get; } = expiresAt;

        public string? AccountUuid { get; } = accountUuid;

        public string? OrganizationUuid { get; } = organizationUuid;
    }
}
