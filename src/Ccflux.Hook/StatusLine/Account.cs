using System.Text.Json;
using Ccflux.Contracts.Quota;
using Ccflux.Hook.Spool;

namespace Ccflux.Hook.StatusLine;

/// <summary>Finds the account whose limits are shown, in the client's <c>.claude.json</c>: its id with its organisation's (<see cref="AccountKey"/>), else its e-mail address.</summary>
internal static class Account
{
    /// <summary>Reading a larger file would take too much of the user's time.</summary>
    private const int MaxFile = 32 * 1024 * 1024;

    // {"numStartups":4,"oauthAccount":{"accountUuid":"7f0c…","emailAddress":"dev@example.org","organizationUuid":"41b2…",…},"projects":{…}}

    /// <summary>Null if nobody is signed in (an API key has no such limits).</summary>
    public static string? Find(string configDir)
    {
        var path = PathOf(configDir);
        if (new FileInfo(path) is not { Exists: true, Length: <= MaxFile } || AtomicFile.Read(path) is not { } json)
        {
            return null;
        }

        string? id = null, organization = null, email = null;
        try
        {
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
            var inside = false;
            while ((id is null || organization is null) && reader.Read())
            {
                if (reader.TokenType == JsonTokenType.EndObject && reader.CurrentDepth == 1 && inside)
                {
                    break;
                }

                if (reader.TokenType != JsonTokenType.PropertyName)
                {
                    continue;
                }

                if (reader.CurrentDepth == 1)
                {
                    inside = reader.ValueTextEquals("oauthAccount"u8);
                    if (!inside)
                    {
                        reader.Skip();
                    }
                }
                else if (inside && reader.CurrentDepth == 2)
                {
                    var name = reader.ValueTextEquals("accountUuid"u8) ? Field.Account
                        : reader.ValueTextEquals("organizationUuid"u8) ? Field.Organization
                        : reader.ValueTextEquals("emailAddress"u8) ? Field.Email
                        : Field.Other;
                    reader.Read();
                    var text = name is not Field.Other && reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
                    id = name is Field.Account ? text : id;
                    organization = name is Field.Organization ? text : organization;
                    email = name is Field.Email ? text : email;
                    reader.Skip();
                }
            }
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // The file may be half written: what was read before the break counts.
        }

        return Usable(AccountKey.Of(IdOf(id), IdOf(organization))) ?? Usable(email);
    }

    private enum Field
    {
        Other = 0,
        Account = 1,
        Organization = 2,
        Email = 3,
    }

    /// <summary>In a config directory other than the default the file is inside it; for the default one it is next to it.</summary>
    private static string PathOf(string configDir)
    {
        var home = StateDirectory.Home();
        var isDefault = Environment.GetEnvironmentVariable("CLAUDE_CONFIG_DIR") is not { Length: > 0 }
            && string.Equals(Path.TrimEndingDirectorySeparator(configDir), Path.Combine(home, ".claude"), StringComparison.Ordinal);
        return Path.Combine(isDefault ? home : configDir, ".claude.json");
    }

    private static string? IdOf(string? text) => text?.Contains(AccountKey.Separator, StringComparison.Ordinal) == true ? null : text;

    private static string? Usable(string? account) =>
        account is { Length: > 0 and <= ReadingLimits.MaxAccount } && !account.Any(char.IsControl) ? account : null;
}
