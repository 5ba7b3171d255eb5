using Ccflux.Contracts.Http;
using Ccflux.Hook.Delivery;
using Xunit;

namespace Ccflux.Hook.Tests.Delivery;

public sealed class ResponseRuleTests
{
    [Theory]
    [InlineData(200, null, nameof(ResponseAction.Done))]
    [InlineData(401, ErrorCodes.TokenInvalid, nameof(ResponseAction.NewToken))]
    [InlineData(401, null, nameof(ResponseAction.NewToken))]
    [InlineData(403, ErrorCodes.KeyRevoked, nameof(ResponseAction.GoSilent))]
    [InlineData(403, ErrorCodes.KeyNotRegistered, nameof(ResponseAction.Register))]
    [InlineData(403, ErrorCodes.TimestampStale, nameof(ResponseAction.MeasureClock))]
    [InlineData(403, ErrorCodes.SignatureInvalid, nameof(ResponseAction.SendPlain))]
    [InlineData(403, ErrorCodes.SignatureRequired, nameof(ResponseAction.Wait))]
    [InlineData(403, ErrorCodes.KeyPending, nameof(ResponseAction.Wait))]
    [InlineData(403, null, nameof(ResponseAction.Wait))]
    [InlineData(400, ErrorCodes.FutureTurns, nameof(ResponseAction.MeasureClock))]
    [InlineData(400, ErrorCodes.InvalidPayload, nameof(ResponseAction.SetAside))]
    [InlineData(400, null, nameof(ResponseAction.Wait))]
    [InlineData(413, ErrorCodes.TooLarge, nameof(ResponseAction.Split))]
    [InlineData(429, ErrorCodes.RateLimited, nameof(ResponseAction.Wait))]
    [InlineData(429, ErrorCodes.DailyCap, nameof(ResponseAction.Wait))]
    [InlineData(429, ErrorCodes.BackfillCap, nameof(ResponseAction.StopBackfill))]
    [InlineData(503, ErrorCodes.Busy, nameof(ResponseAction.Wait))]
    [InlineData(500, null, nameof(ResponseAction.Wait))]
    [InlineData(302, null, nameof(ResponseAction.Wait))]
    [InlineData(404, null, nameof(ResponseAction.Wait))]
    [InlineData(0, null, nameof(ResponseAction.Wait))]
    public void Answer_OfAnyKind_HasItsDuty(int status, string? code, string expected)
    {
        var action = ResponseRule.For(new ReceiverResponse(status, code, null, null, [], null));

        Assert.Equal(expected, action.ToString());
    }
}
