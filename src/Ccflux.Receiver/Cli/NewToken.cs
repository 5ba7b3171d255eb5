using System.Text;
using Ccflux.Receiver.Identity.Pages;
using Ccflux.Receiver.Platform.Auth.Admin;
using Ccflux.Receiver.Platform.Http;

namespace Ccflux.Receiver.Cli;

/// <summary>What is printed with a new token: it, its companions, the address to use them with, and what the user does next. Without BASE_URL the
/// address is not known here, and no line is printed that only looks as if it could be pasted.</summary>
internal static class NewToken
{
    /// <summary>Where clients reach the receiver; null where BASE_URL does not say it.</summary>
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
                Shown this once; send them to the user together with the receiver's address. BASE_URL is not set, so the address is not known
                here: with it set, the lines to paste on the user's machine are printed too.

                """).ToString();
        }

        text.Append(CultureInfo.InvariantCulture, $"""
            The token is shown this once; send both to the user. On their machine:
              ccflux install --endpoint {address} --token-file FILE


            """);
        foreach (var companion in companions)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"{companion.Name}, shown this once as well, with the settings that carry it:\n\n{companion.Settings}\n");
        }

        return text.ToString();
    }

    /// <summary>Makes the tokens that go with a new one.</summary>
    public static async Task<IReadOnlyList<CompanionToken>> CompanionsAsync(IServiceProvider services, string email)
    {
        var made = new List<CompanionToken>();
        foreach (var companion in services.GetServices<ICompanionToken>())
        {
            if (await companion.IssueAsync(AuditActor.Cli, email, Address(services) ?? "") is { } token)
            {
                made.Add(token);
            }
        }

        return made;
    }
}
