using System.Text;
using Ccflux.Receiver.Identity.Pages;
using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Platform.Http;

namespace Ccflux.Receiver.Cli;

/// <summary>Prints a new token with its companions, the receiver's URL and the user's next steps. Without BASE_URL the URL is unknown, and no line
/// is printed that only looks as if it could be pasted.</summary>
internal static class NewToken
{
    /// <summary>The receiver's URL for clients; null if BASE_URL is not set.</summary>
    public static string? Address(IServiceProvider services) => services.GetRequiredService<HttpOptions>().BaseUrl;

    public static string Text(string token, IReadOnlyList<CompanionToken> companions, string? address)
    {
        var text = new StringBuilder("\n");
        if (address is not null)
        {
            text.Append("  endpoint  ").AppendLine(address);
        }

        text.Append("  token     ").AppendLine(token).AppendLine();
        if (address is null)
        {
            foreach (var companion in companions)
            {
                text.Append("  ").Append(companion.Name).Append("  ").AppendLine(companion.Token).AppendLine();
            }

            return text.Append("""
                Shown only once; send them to the user together with the receiver's URL. BASE_URL is not set, so the URL is not known
                here. If you set it, the lines to paste on the user's machine are printed too.

                """).ToString();
        }

        text.Append(CultureInfo.InvariantCulture, $"""
            The token is shown only once; send both to the user. On their machine:
              ccflux install --endpoint {address} --token-file FILE


            """);
        foreach (var companion in companions)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"{companion.Name}, also shown only once, with the settings that contain it:\n\n{companion.Settings}\n");
        }

        return text.ToString();
    }

    /// <summary>Issues the tokens that accompany a new one.</summary>
    public static async Task<IReadOnlyList<CompanionToken>> CompanionsAsync(IServiceProvider services, string email)
    {
        var made = new List<CompanionToken>();
        foreach (var companion in services.GetServices<ICompanionToken>())
        {
            if (await companion.IssueAsync(Actor.Cli, email, Address(services) ?? "") is { } token)
            {
                made.Add(token);
            }
        }

        return made;
    }
}
