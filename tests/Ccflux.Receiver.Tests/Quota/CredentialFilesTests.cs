using System.Globalization;
using Ccflux.Receiver.Quota;
using Ccflux.Receiver.Quota.Sources;
using Ccflux.Receiver.Quota.Store;
using Ccflux.Testing;

namespace Ccflux.Receiver.Tests.Quota;

/// <summary>Logins that Claude Code keeps in files: which account they belong to, and whether they can be used for polling.</summary>
public sealed class CredentialFilesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("ccflux-logins-").FullName;
    private readonly ManualTime _time = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task TwoOrganisationsOfOneAccount_AreTwoAccountsWithATokenEach()
    {
        var files = Files(Login("one", "\"accountUuid\":\"acc-1\",\"organizationUuid\":\"org-1\""), Login("two", "\"accountUuid\":\"acc-1\",\"organizationUuid\":\"org-2\""));

        Assert.Equal(["acc-1:org-1", "acc-1:org-2"], (await files.AccountsAsync(Cancellation)).Select(account => account.Key));
        Assert.Equal("token-one", await files.AccessTokenAsync("acc-1:org-1", Cancellation));
        Assert.Equal("token-two", await files.AccessTokenAsync("acc-1:org-2", Cancellation));
    }

    [Theory]
    [InlineData("\"accountUuid\":\"acc-1\"", "acc-1")]
    [InlineData("\"organizationUuid\":\"org-1\"", "login 1")]
    [InlineData("\"accountUuid\":\"acc-1\",\"organizationUuid\":7", "acc-1")]
    public async Task Login_ThatSaysLess_IsKnownByWhatItSays(string ids, string expected) =>
        Assert.Equal(expected, Assert.Single(await Files(Login("one", ids)).AccountsAsync(Cancellation)).Key);

    [Theory]
    [InlineData("", true)]
    [InlineData("\"expiresAt\":0,", true)]
    [InlineData("\"expiresAt\":null,", true)]
    [InlineData("\"expiresAt\":{future},", true)]
    [InlineData("\"expiresAt\":{past},", false)]
    public async Task Login_WhoseEndIsNotKnown_IsAskedWith(string expires, bool isAsked)
    {
        var now = _time.GetUtcNow();
        expires = expires
            .Replace("{future}", now.AddHours(1).ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
            .Replace("{past}", now.AddHours(-1).ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
        var files = Files(Login("one", expires + "\"accountUuid\":\"acc-1\""));

        Assert.Equal(isAsked, await files.AccessTokenAsync("acc-1", Cancellation) is not null);
    }

    [Fact]
    public async Task PolledAccount_WhoseOrganisationBecomesKnown_KeepsItsHistory_UnlessTheOtherIsPolledToo()
    {
        await using var rig = await QuotaRig.StartAsync(cookies: false, accounts: 0);
        var accountStore = rig.Receiver.Service<PolledAccountStore>();
        var now = rig.Time.GetUtcNow();
        Task<KnownAccount?> OpenAsync(string key, bool isAlone = true) =>
            accountStore.OpenAsync(new AccountIdentity(key, AccountIdentity.Polled, QuotaSource.OAuth, "login 1", ""), isAlone, now);

        var alone = (await OpenAsync("acc-1"))!.AccountId;
        Assert.Equal(alone, (await OpenAsync("acc-1:org-1"))!.AccountId);
        Assert.NotEqual(alone, (await OpenAsync("acc-1:org-2"))!.AccountId);

        var other = (await OpenAsync("acc-2"))!.AccountId;
        Assert.NotEqual(other, (await OpenAsync("acc-2:org-1", isAlone: false))!.AccountId);
        Assert.Equal(other, (await OpenAsync("acc-2"))!.AccountId);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private CredentialFiles Files(params string[] paths) => new(new QuotaOptions { CredentialFiles = string.Join(':', paths) }, _time);

    private string Login(string name, string fields)
    {
        var path = Path.Combine(_folder, name + ".json");
        File.WriteAllText(path, $$$"""{"claudeAiOauth":{"accessToken":"token-{{{name}}}",{{{fields}}}}}""");
        return path;
    }
}
