using Ccflux.Hook.StatusLine;
using Xunit;

namespace Ccflux.Hook.Tests.StatusLine;

/// <summary>The account whose limits a status line shows, from the client's own file.</summary>
public sealed class AccountTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("ccflux-account-").FullName;

    [Theory]
    [InlineData("""{"oauthAccount":{"accountUuid":"acc-1","emailAddress":"pat@example.org","organizationUuid":"org-1"}}""", "acc-1:org-1")]
    [InlineData("""{"oauthAccount":{"organizationUuid":"org-2","nested":{"organizationUuid":"not-this"},"accountUuid":"acc-1"},"organizationUuid":"nor-this"}""", "acc-1:org-2")]
    [InlineData("""{"organizationUuid":"not-this","oauthAccount":{"accountUuid":"acc-1","emailAddress":"pat@example.org"}}""", "acc-1")]
    [InlineData("""{"oauthAccount":{"accountUuid":"acc-1","organizationUuid":null}}""", "acc-1")]
    [InlineData("""{"oauthAccount":{"accountUuid":"acc-1","organizationUuid":"a:b"}}""", "acc-1")]
    [InlineData("""{"oauthAccount":{"emailAddress":"pat@example.org","organizationUuid":"org-1"}}""", "pat@example.org")]
    [InlineData("""{"oauthAccount":{"accountUuid":"acc-1","organizationUuid":"org-1","half""", "acc-1:org-1")]
    [InlineData("""{"oauthAccount":null}""", null)]
    public void Find_IsTheAccountWithItsOrganisation(string json, string? expected)
    {
        File.WriteAllText(Path.Combine(_folder, ".claude.json"), json);

        Assert.Equal(expected, Account.Find(_folder));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
