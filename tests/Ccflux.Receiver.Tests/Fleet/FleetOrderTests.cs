using Ccflux.Receiver.Fleet.Pages.Parts;
using Ccflux.Receiver.Fleet.Rotation;
using Ccflux.Receiver.Fleet.Switching;
using Ccflux.Receiver.Platform.Settings;
using Ccflux.Receiver.Tests.Hosting;

namespace Ccflux.Receiver.Tests.Fleet;

/// <summary><c>FLEET_ORDER</c> determines what the running engine does, and what the page says.</summary>
public sealed class FleetOrderTests
{
    [Theory]
    [InlineData(null, true, "The account whose weekly window resets soonest is used first")]
    [InlineData("soonest_reset", true, "The account whose weekly window resets soonest is used first")]
    [InlineData("least_waste", false, "In the last 12 hours before a reset")]
    public async Task Order_IsWhatTheEngineGoesByAndThePageSays(string? order, bool isSoonestFirst, string words)
    {
        await using var receiver = await StartAsync(order);

        var state = await receiver.Service<FleetStateReader>().ReadAsync(new HashSet<FleetAccountId>(), new Dictionary<string, DateTimeOffset>(), TestContext.Current.CancellationToken);
        using var page = await receiver.Client.FetchAsync("/admin/fleet", bearer: RunningReceiver.ViewerToken);

        Assert.Equal(isSoonestFirst ? RotationSettings.Default : RotationSettings.LeastWaste, state.Settings);
        Assert.Contains(words, await page.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Order_ThatIsNone_IsRefusedByName()
    {
        var refused = await Assert.ThrowsAsync<InvalidSettingsException>(() => StartAsync("soonest"));

        Assert.Contains("FLEET_ORDER: expected soonest_reset or least_waste.", refused.Faults);
    }

    [Fact]
    public void Reasons_FollowTheOrder()
    {
        Assert.Equal("the other's week resets sooner", ReasonText.Of("perishable", isSoonestFirst: true));
        Assert.Equal("what the other has left would be lost sooner", ReasonText.Of("perishable", isSoonestFirst: false));
        Assert.NotEqual(ReasonText.Of("in_order", isSoonestFirst: true), ReasonText.Of("in_order", isSoonestFirst: false));
        Assert.Equal(ReasonText.Of("window=5h"), ReasonText.Of("window=5h", isSoonestFirst: true));
    }

    private static Task<RunningReceiver> StartAsync(string? order) =>
        RunningReceiver.StartAsync(settings: [("FLEET", "1"), ("VAULT_KEY_PATH", Directory.CreateTempSubdirectory("ccflux-keys-").FullName), ("FLEET_ORDER", order)]);
}
