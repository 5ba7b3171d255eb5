using System.Net;
using System.Text;
using Ccflux.Receiver.Quota;
using Ccflux.Receiver.Quota.Polling;
using Ccflux.Receiver.Quota.Sources;

namespace Ccflux.Receiver.Tests.Quota;

/// <summary>A refusal of the vendor is classified by its content, not by its status alone.</summary>
public sealed class UsageErrorTests
{
    [Theory]
    [InlineData(403, """{"error":{"type":"permission_error","message":"Invalid authorization","details":{"error_code":"account_session_invalid"}}}""", "Rejected", "CLAUDE_SESSION_KEY")]
    [InlineData(403, """{"error":{"type":"permission_error","error_code":"account_session_invalid"}}""", "Rejected", "CLAUDE_SESSION_KEY")]
    [InlineData(403, """{"error":{"type":"permission_error","message":"Invalid authorization for organization"}}""", "Forbidden", "CLAUDE_ORG_ID")]
    [InlineData(403, "", "Forbidden", "CLAUDE_ORG_ID")]
    [InlineData(403, """{"error":""", "Forbidden", "CLAUDE_ORG_ID")]
    [InlineData(403, """{"error":{"details":{"error_code":"\ud800"}}}""", "Forbidden", "CLAUDE_ORG_ID")]
    [InlineData(400, """{"error":{"type":"invalid_request_error"}}""", "UnknownOrganization", "CLAUDE_ORG_ID is wrong")]
    [InlineData(404, """{"error":{"type":"not_found_error"}}""", "UnknownOrganization", "CLAUDE_ORG_ID is wrong")]
    [InlineData(400, "[]", "ChangedFormat", "newer ccflux")]
    [InlineData(401, """{"error":{"type":"authentication_error"}}""", "Rejected", "CLAUDE_SESSION_KEY")]
    public async Task Refusal_OfCookies_NamesWhatToRenew(int status, string body, string failure, string words)
    {
        var outcome = await AskAsync(status, body, UsageAddress.OfOrganization);

        Assert.Equal(Enum.Parse<PollFailure>(failure), outcome.Failure);
        Assert.Contains(words, PollFailureText.Explain(QuotaSource.ClaudeAi, outcome.Failure!.Value), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(404)]
    [InlineData(400)]
    public async Task Refusal_OfAToken_NamesNoOrganisation(int status) =>
        Assert.Equal(PollFailure.ChangedFormat, (await AskAsync(status, """{"error":{"type":"invalid_request_error"}}""", UsageAddress.OfLogin)).Failure);

    [Fact]
    public async Task Refusal_WithALongBody_IsToldByItsStatus() => Assert.Equal(PollFailure.Forbidden,
        (await AskAsync(403, """{"error":{"details":{"error_code":"account_session_invalid"}},"x":" """ + new string('x', 100_000) + "\"}", UsageAddress.OfOrganization)).Failure);

    private static async Task<PollOutcome> AskAsync(int status, string body, UsageAddress address)
    {
        using var http = new UpstreamHttp(new Issuer(status, body));
        using var request = new HttpRequestMessage(HttpMethod.Get, "https://issuer.example/usage");
        return await new UsageRequest(http, TimeProvider.System).SendAsync(request, address, TestContext.Current.CancellationToken);
    }

    private sealed class Issuer(int status, string body) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(new HttpResponseMessage((HttpStatusCode)status) { Content = new StringContent(body, Encoding.UTF8, "application/json") });
    }
}
