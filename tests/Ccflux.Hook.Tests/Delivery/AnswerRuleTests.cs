using Ccflux.Contracts.Http;
using Ccflux.Hook.Delivery;
using Xunit;

namespace Ccflux.Hook.Tests.Delivery;

public sealed class AnswerRuleTests
{
    [Theory]
    [InlineData(200, null, nameof(Duty.Done))]
    [InlineData(401, ErrorCodes.TokenInvalid, nameof(Duty.NewToken))]
    [InlineData(401, null, nameof(Duty.NewToken))]
    [InlineData(403, ErrorCodes.KeyRevoked, nameof(Duty.GoSilent))]
    [InlineData(403, ErrorCodes.KeyNotRegistered, nameof(Duty.Register))]
    [InlineData(403, ErrorCodes.TimestampStale, nameof(Duty.MeasureClock))]
    [InlineData(403, ErrorCodes.SignatureInvalid, nameof(Duty.SendPlain))]
    [InlineData(403, ErrorCodes.SignatureRequired, nameof(Duty.Wait))]
    [InlineData(403, ErrorCodes.KeyPending, nameof(Duty.Wait))]
    [InlineData(403, null, nameof(Duty.Wait))]
    [InlineData(400, ErrorCodes.FutureTurns, nameof(Duty.MeasureClock))]
    [InlineData(400, ErrorCodes.InvalidPayload, nameof(Duty.SetAside))]
    [InlineData(400, null, nameof(Duty.Wait))]
    [InlineData(413, ErrorCodes.TooLarge, nameof(Duty.Split))]
    [InlineData(429, ErrorCodes.RateLimited, nameof(Duty.Wait))]
    [InlineData(429, ErrorCodes.DailyCap, nameof(Duty.HoldBack))]
    [InlineData(503, ErrorCodes.Busy, nameof(Duty.Wait))]
    [InlineData(500, null, nameof(Duty.Wait))]
    [InlineData(302, null, nameof(Duty.Wait))]
    [InlineData(404, null, nameof(Duty.Wait))]
    [InlineData(0, null, nameof(Duty.Wait))]
    public void Answer_OfAnyKind_HasItsDuty(int status, string? code, string expected)
    {
        var duty = AnswerRule.For(new Answer(status, code, null, null, [], null));

        Assert.Equal(expected, duty.ToString());
    }
}
