using System.Net;
using Ccflux.Receiver.Platform.Http;
using Ccflux.Receiver.Tests.Hosting;
using Ccflux.Testing;

namespace Ccflux.Receiver.Tests.Platform.Http;

public sealed class ConnectionLimiterTests
{
    [Fact]
    public void TryOpen_MoreThanAnAddressMayHave_IsRefusedUntilOneCloses()
    {
        var share = new ConnectionLimiter(new HttpOptions());
        for (var i = 0; i < ConnectionLimiter.MaxOfOneAddress; i++)
        {
            Assert.True(share.TryOpen("10.0.0.1"));
        }

        Assert.False(share.TryOpen("10.0.0.1"));
        Assert.True(share.TryOpen("10.0.0.2"));
        share.Close("10.0.0.1");
        Assert.True(share.TryOpen("10.0.0.1"));
    }

    [Theory]
    [InlineData("2001:db8:1:2ff::1", "2001:db8:1:200:ffff::2", true)]
    [InlineData("2001:db8:1:2ff::1", "2001:db8:1:300::1", false)]
    [InlineData("::ffff:10.0.0.1", "10.0.0.1", true)]
    [InlineData("10.0.0.1", "10.0.0.2", false)]
    public void KeyOf_OneCustomersNetwork_IsOneCaller(string one, string other, bool same) =>
        Assert.Equal(same, RequestLimits.KeyOf(IPAddress.Parse(one)) == RequestLimits.KeyOf(IPAddress.Parse(other)));

    [Theory]
    [InlineData("/health")]
    [InlineData("/metrics")]
    public async Task OpenAddress_AskedWithoutEnd_Waits(string path)
    {
        await using var receiver = await RunningReceiver.StartAsync(new ManualTime());
        var limits = receiver.Service<RequestLimits>();
        while (limits.Open.TryTake("127.0.0.1", out _))
        {
        }

        using var answer = await receiver.Client.FetchAsync(path);

        Assert.Equal(HttpStatusCode.TooManyRequests, answer.StatusCode);
        Assert.NotNull(answer.Headers.RetryAfter);
    }

    [Theory]
    [InlineData("/report")]
    [InlineData("/quota/readings")]
    public async Task WrongAccessTokens_WithoutEnd_WaitAndTheRightOneDoesNot(string path)
    {
        await using var wire = await Usage.Ingest.Wire.StartAsync();
        var access = await wire.SignUpAsync();
        var limits = wire.Receiver.Service<RequestLimits>();
        while (limits.WrongTokens.TryTake("127.0.0.1", out _))
        {
        }

        using var wrong = await wire.SendAsync(path, "atok_wrong", "{}"u8.ToArray());
        using var right = await wire.SendAsync(path, access, "{}"u8.ToArray());

        Assert.Equal(HttpStatusCode.TooManyRequests, wrong.StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, right.StatusCode);
    }

    [Fact]
    public async Task Token_UnknownOnesFromTheSameAddress_LeaveTheRightOneItsAllowance()
    {
        await using var wire = await Usage.Ingest.Wire.StartAsync(("TOKEN_RATE_LIMIT_PER_MINUTE", "2"));
        var refresh = await wire.AddUserAsync();
        for (var i = 0; i < 3; i++)
        {
            using var wrong = await wire.TokenAsync("rtok_wrong");
            Assert.Equal(i < 2 ? HttpStatusCode.Unauthorized : HttpStatusCode.TooManyRequests, wrong.StatusCode);
        }

        using var first = await wire.TokenAsync(refresh);
        using var second = await wire.TokenAsync(refresh);
        using var third = await wire.TokenAsync(refresh);

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.TooManyRequests), (first.StatusCode, second.StatusCode, third.StatusCode));
    }
}
