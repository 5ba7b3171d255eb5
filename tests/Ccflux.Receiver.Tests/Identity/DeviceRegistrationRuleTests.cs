using Ccflux.Receiver.Identity;
using Ccflux.Receiver.Identity.Devices;

namespace Ccflux.Receiver.Tests.Identity;

/// <summary>Whether a user may register a key.</summary>
public sealed class DeviceRegistrationRuleTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);
    private static readonly IdentityOptions Options = new() { MaxDevicesPerDay = 3 };
    private static readonly RegistrationFacts None = new("amara@example.org", IsRevoked: null, 0, HadRevokedName: false, 0);

    /// <summary>Whether the key is revoked (null if it is unknown), and how many devices were registered today.</summary>
    [Theory]
    [InlineData(null, 0, nameof(Registration.Registered))]
    [InlineData(null, 2, nameof(Registration.Registered))]
    [InlineData(null, 3, nameof(Registration.DailyCap))]
    [InlineData(null, 4, nameof(Registration.DailyCap))]
    [InlineData(false, 0, nameof(Registration.KnownAlready))]
    [InlineData(false, 3, nameof(Registration.KnownAlready))]
    [InlineData(true, 0, nameof(Registration.Revoked))]
    [InlineData(true, 3, nameof(Registration.Revoked))]
    public void Key_IsRegistered_OnceAndUpToTheDailyCap(bool? isRevoked, long today, string expected)
    {
        var plan = DeviceRegistrationRule.Decide(None with { IsRevoked = isRevoked, RegisteredToday = today, HadRevokedName = true }, "laptop", Options, Now);

        Assert.Equal(expected, plan.Outcome.ToString());
        Assert.Equal(plan.Outcome == Registration.Registered, plan.ApprovedAt is not null);
        Assert.Equal(plan.Outcome == Registration.Registered, plan.Returned is not null);
    }

    [Fact]
    public void Device_WaitsForApproval_WhereAnAdminApproves()
    {
        Assert.Equal(Now, DeviceRegistrationRule.Decide(None, "laptop", Options, Now).ApprovedAt);
        Assert.Null(DeviceRegistrationRule.Decide(None, "laptop", new IdentityOptions { DeviceApproval = true }, Now).ApprovedAt);
    }

    /// <summary>Whether a device of the name is revoked, how many of that name are back already, and what is noted.</summary>
    [Theory]
    [InlineData(false, 0, false, null)]
    [InlineData(false, 1, false, null)]
    [InlineData(true, 0, true, "amara@example.org laptop")]
    [InlineData(true, 1, true, null)]
    [InlineData(true, 5, true, null)]
    public void Name_ThatWasRevoked_IsFlaggedAndNotedOnce(bool hadRevokedName, long returned, bool isReturned, string? noted)
    {
        var plan = DeviceRegistrationRule.Decide(None with { HadRevokedName = hadRevokedName, ReturnedNames = returned }, "laptop", Options, Now);

        Assert.Equal((isReturned, noted), (plan.IsReturned, plan.Returned));
    }
}
