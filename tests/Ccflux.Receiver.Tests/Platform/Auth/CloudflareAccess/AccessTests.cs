using System.Net;
using System.Security.Cryptography;
using Ccflux.Receiver.Platform.Auth.CloudflareAccess;
using Ccflux.Receiver.Platform.Settings;
using Ccflux.Receiver.Tests.Hosting;
using Ccflux.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Ccflux.Receiver.Tests.Platform.Auth.CloudflareAccess;

/// <summary>Cloudflare Access as a second lock: what opens it, and that nothing else does.</summary>
public sealed class AccessTests : IAsyncLifetime
{
    private readonly ManualTime _time = new();
    private readonly AccessKeyServer _team = new();
    private RunningReceiver _receiver = null!;

    private DateTimeOffset Now => _time.GetUtcNow();

    public async ValueTask InitializeAsync() => _receiver = await RunningReceiver.StartAsync(
        services => services.AddSingleton(_ => new CloudflareAccessHttp(_team)),
        Directory.CreateTempSubdirectory("ccflux-test-").FullName,
        _time,
        ("CF_ACCESS_TEAM", AccessKeyServer.Team),
        ("CF_ACCESS_AUD", AccessKeyServer.Audience));

    public ValueTask DisposeAsync() => _receiver.DisposeAsync();

    [Fact]
    public async Task Token_OfTheTeam_OpensThePagesForWhoeverIsSignedInToo()
    {
        Assert.Equal(HttpStatusCode.OK, await AskAsync(_team.Token(Now)));
        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(_team.Token(Now), bearer: "another"));
        Assert.Equal(HttpStatusCode.OK, await AskAsync(_team.Token(Now, change: claims => claims["aud"] = AccessKeyServer.Audience)));
        Assert.Equal(1, _team.Fetches);
    }

    [Fact]
    public async Task Request_WithoutAToken_IsRefusedEvenWithTheAdminToken()
    {
        foreach (var path in new[] { "/admin/", "/admin/login", "/api/v1/users", "/docs/v1.json", "/nowhere" })
        {
            using var answer = await _receiver.Client.FetchAsync(path, bearer: RunningReceiver.AdminToken);

            Assert.True(answer.StatusCode == HttpStatusCode.Forbidden, path);
            Assert.Contains("Cloudflare Access", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        }

        using var live = await _receiver.Client.FetchAsync("/events?topics=usage", bearer: RunningReceiver.AdminToken);
        Assert.Equal(HttpStatusCode.Unauthorized, live.StatusCode);
        using var signIn = await _receiver.Client.PostFormAsync("/admin/login", [new("token", RunningReceiver.AdminToken)]);
        Assert.Equal(HttpStatusCode.Forbidden, signIn.StatusCode);
        Assert.Equal(0, _team.Fetches);
    }

    [Fact]
    public async Task Wire_NeedsNoToken()
    {
        using var health = await _receiver.Client.FetchAsync("/health");
        using var exchange = await _receiver.Client.PostFormAsync("/token", [], bearer: "rtok_unknown");

        Assert.Equal(HttpStatusCode.OK, health.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, exchange.StatusCode);
    }

    [Fact]
    public async Task Tokens_ThatAreNotGood_AreRefused()
    {
        using var forger = RSA.Create(2048);
        var good = _team.Token(Now);
        var parts = good.Split('.');
        var bad = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["forged"] = _team.Token(Now, forger: forger),
            ["expired"] = _team.Token(Now.AddDays(-2)),
            ["from the future"] = _team.Token(Now.AddHours(1)),
            ["another application"] = _team.Token(Now, change: claims => claims["aud"] = new[] { new string('a', 64) }),
            ["another team"] = _team.Token(Now, change: claims => claims["iss"] = "https://another.cloudflareaccess.com"),
            ["no audience"] = _team.Token(Now, change: claims => claims.Remove("aud")),
            ["no end"] = _team.Token(Now, change: claims => claims.Remove("exp")),
            ["unsigned"] = _team.Token(Now, algorithm: "none"),
            ["signed with the public key"] = _team.Token(Now, algorithm: "HS256"),
            ["an unknown key"] = _team.Token(Now, key: "nobody's"),
            ["claims of another token"] = $"{parts[0]}.{_team.Token(Now, change: claims => claims["email"] = "other@example.org").Split('.')[1]}.{parts[2]}",
            ["signature cut off"] = $"{parts[0]}.{parts[1]}.",
            ["not a token"] = "x.y.z",
            ["two parts"] = "x.y",
            ["too long"] = new string('a', 9000),
        };

        foreach (var (what, token) in bad)
        {
            Assert.True(HttpStatusCode.Forbidden == await AskAsync(token), what);
        }

        Assert.Equal(HttpStatusCode.OK, await AskAsync(good));
        Assert.DoesNotContain(_receiver.LogLines, line => line.Contains(parts[1], StringComparison.Ordinal));
    }

    [Fact]
    public async Task Keys_AreFetchedAgainForANewOneAndAtMostOnceAMinute()
    {
        Assert.Equal(HttpStatusCode.OK, await AskAsync(_team.Token(Now)));
        _team.Rotate("second");
        Assert.Equal(HttpStatusCode.Forbidden, await AskAsync(_team.Token(Now, key: "second")));
        Assert.Equal(HttpStatusCode.Forbidden, await AskAsync(_team.Token(Now, key: "third")));
        Assert.Equal(1, _team.Fetches);

        _time.Advance(TimeSpan.FromSeconds(61));

        Assert.Equal(HttpStatusCode.OK, await AskAsync(_team.Token(Now, key: "second")));
        Assert.Equal(HttpStatusCode.OK, await AskAsync(_team.Token(Now)));
        Assert.Equal(2, _team.Fetches);
    }

    [Fact]
    public async Task Keys_ThatCannotBeFetched_LetNobodyIn()
    {
        _team.IsDown = true;
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await AskAsync(_team.Token(Now)));
        _team.IsDown = false;
        _time.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(HttpStatusCode.OK, await AskAsync(_team.Token(Now)));

        // Known keys survive an outage of hours, but not one of days.
        _team.IsDown = true;
        _time.Advance(TimeSpan.FromHours(20));
        Assert.Equal(HttpStatusCode.OK, await AskAsync(_team.Token(Now)));
        _time.Advance(TimeSpan.FromHours(5));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await AskAsync(_team.Token(Now)));
    }

    [Fact]
    public async Task Setting_OfOneAlone_IsAFault()
    {
        var fault = await Assert.ThrowsAsync<InvalidSettingsException>(() => RunningReceiver.StartAsync(settings: [("CF_ACCESS_TEAM", "https://example-team.cloudflareaccess.com")]));

        Assert.Contains("set both, or neither", fault.Message, StringComparison.Ordinal);
        Assert.Contains("the team's name", fault.Message, StringComparison.Ordinal);
    }

    private async Task<HttpStatusCode> AskAsync(string token, string bearer = RunningReceiver.AdminToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/users");
        request.Headers.Add("Cf-Access-Jwt-Assertion", token);
        request.Headers.Add("Authorization", $"Bearer {bearer}");
        using var answer = await _receiver.Client.SendAsync(request);
        return answer.StatusCode;
    }
}
