using System.Net;
using Ccflux.Receiver.Identity.Users;
using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Telemetry.Auth;
using Ccflux.Receiver.Tests.Hosting;

namespace Ccflux.Receiver.Tests.Telemetry;

/// <summary>Who may send, and to whom it is attributed.</summary>
public sealed class TelemetryTokenTests
{
    [Fact]
    public async Task Request_WithoutOrWithAWrongToken_Is401()
    {
        await using var host = await OtlpHost.StartAsync();

        using var none = await host.PostJsonAsync("logs", "{}", token: null);
        using var wrong = await host.PostJsonAsync("logs", "{}", token: "ttok_wrong");
        using var admin = await host.PostJsonAsync("logs", "{}", token: RunningReceiver.AdminToken);

        Assert.All([none, wrong, admin], response => Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode));
    }

    [Fact]
    public async Task Request_WhereNothingIsSetUp_Is401WithTheReason()
    {
        await using var host = await OtlpHost.StartAsync(("OTLP_TOKEN", null));

        using var response = await host.PostJsonAsync("logs", "{}");

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Contains("Telemetry is not set up here", await OtlpHost.TextOfAsync(response), StringComparison.Ordinal);
    }

    [Fact]
    public async Task UsersToken_WinsOverTheClaimedAddress_UntilItIsRevoked()
    {
        await using var host = await OtlpHost.StartAsync();
        await host.Receiver.Service<UserAdministration>().AddAsync(Actor.System, "amara@example.org", "Research");
        var tokens = host.Receiver.Service<TelemetryTokens>();
        var issued = await tokens.IssueAsync(Actor.System, "Amara@example.org");

        using var sent = await host.PostJsonAsync("logs", Otlp.Logs(Otlp.Request("r1", more: [("user.email", "boss@example.org")])), issued.Token);
        await tokens.RevokeAsync(Actor.System, "amara@example.org");
        using var refused = await host.PostJsonAsync("logs", Otlp.Logs(Otlp.Request("r2")), issued.Token);

        Assert.Equal(HttpStatusCode.OK, sent.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        Assert.Equal("amara@example.org", host.Query<string>("SELECT u.email FROM telemetry_subjects s JOIN users u USING (user_id)").Single());
    }

    [Fact]
    public async Task UsersToken_EndsWithTheUsersOwn()
    {
        await using var host = await OtlpHost.StartAsync();
        var accounts = host.Receiver.Service<UserAdministration>();
        await accounts.AddAsync(Actor.System, "amara@example.org", null);
        var issued = await host.Receiver.Service<TelemetryTokens>().IssueAsync(Actor.System, "amara@example.org");

        await accounts.RevokeAsync(Actor.System, "amara@example.org");
        using var response = await host.PostJsonAsync("logs", "{}", issued.Token);

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }

    [Fact]
    public async Task OrganisationsToken_KeepsClaimsAndInstallationsApart()
    {
        await using var host = await OtlpHost.StartAsync();

        using var response = await host.PostJsonAsync("logs", Otlp.Logs(Otlp.Request("r1", more: [("user.email", "Ben@Example.org")]), Otlp.Request("r2")));

        Assert.Equal(["claimed ben@example.org", "install install-1"], host.Query<string>("SELECT kind || ' ' || name FROM telemetry_subjects ORDER BY 1"));
    }

    [Fact]
    public async Task Token_StandsNowhereInPlainText()
    {
        await using var host = await OtlpHost.StartAsync();
        await host.Receiver.Service<UserAdministration>().AddAsync(Actor.System, "amara@example.org", null);
        var issued = await host.Receiver.Service<TelemetryTokens>().IssueAsync(Actor.System, "amara@example.org");

        Assert.Equal(0, host.Scalar<long>($"SELECT count(*) FROM telemetry_tokens WHERE instr(cast(token_hash AS TEXT), '{issued.Token}')"));
        Assert.Equal(0, host.Scalar<long>($"SELECT count(*) FROM audit_log WHERE instr(detail || target, '{issued.Token}')"));
        Assert.DoesNotContain(host.Receiver.LogLines, line => line.Contains(issued.Token!, StringComparison.Ordinal) || line.Contains(OtlpHost.Token, StringComparison.Ordinal));
    }
}
