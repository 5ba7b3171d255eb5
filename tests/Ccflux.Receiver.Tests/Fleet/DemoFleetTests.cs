using System.Text.Json.Nodes;
using Ccflux.Lab.Demo;
using Ccflux.Receiver.Fleet.Switching;
using Ccflux.Receiver.Quota.Sources;
using Ccflux.Receiver.Tests.Hosting;
using Ccflux.Simulator;
using Ccflux.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Ccflux.Receiver.Tests.Fleet;

/// <summary>What runs alongside the demo: a fleet with changing quotas, and telemetry that agrees with the hooks' reports.</summary>
public sealed class DemoFleetTests
{
    private static readonly CancellationToken Cancellation = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Demo_GivesTheReceiverAFleetThatMovesAndTelemetryThatAgrees()
    {
        var time = new ManualTime();
        var upstream = DemoScript.Make(time);
        var keys = Directory.CreateTempSubdirectory("ccflux-keys-").FullName;
        await using var receiver = await RunningReceiver.StartAsync(
            services => services.AddSingleton(_ => new UpstreamHttp(new SimulatorHandler(upstream, time))), Directory.CreateTempSubdirectory("ccflux-test-").FullName, time, [("FLEET", "1"), ("VAULT_KEY_PATH", keys)]);
        Assert.NotNull(await receiver.Make<DemoData>().FillAsync());
        using var admin = new DemoAdmin(receiver.Address, RunningReceiver.AdminToken);
        using var fleet = new DemoFleet(upstream, admin, time);
        using var telemetry = new DemoTelemetry(admin, fleet, time);

        Assert.True(await fleet.SetUpAsync(Cancellation));
        await LiveAsync(receiver, fleet, time);
        await fleet.SetUpAsync(Cancellation); // as when the demo is started again
        await LiveAsync(receiver, fleet, time);

        var accounts = await admin.RowsAsync("/api/v1/fleet/accounts", Cancellation);
        Assert.Equal(DemoScript.Fleet.Select(login => login.Label).Order(StringComparer.Ordinal), accounts.Select(row => Text(row, "account")).Order(StringComparer.Ordinal));
        Assert.Contains(accounts, row => Text(row, "status") is "active");
        Assert.Equal(5, (await admin.RowsAsync("/api/v1/fleet/agents", Cancellation)).Count);
        Assert.Contains(await admin.RowsAsync("/api/v1/fleet/sessions", Cancellation), row => Text(row, "user") is "amara.okafor@example.org" && Text(row, "account") is not null);
        Assert.Equal("research", Text((await admin.RowsAsync("/api/v1/fleet/pins", Cancellation)).Single(), "account"));

        await telemetry.SetUpAsync(Cancellation);
        Assert.Equal(5, (await admin.RowsAsync("/api/v1/telemetry/users?period=30d", Cancellation)).Count);
        var sessions = await admin.RowsAsync("/api/v1/telemetry/users/amara.okafor%40example.org/reconciliation", Cancellation);
        Assert.True(sessions.Count(row => Text(row, "agreement") is "agree") > 0.9 * sessions.Count);
        var requests = await RequestsAsync(admin);
        await telemetry.SetUpAsync(Cancellation);
        Assert.Equal(requests, await RequestsAsync(admin));
    }

    /// <summary>A few minutes: heartbeats, and ticks of rotation between them.</summary>
    private static async Task LiveAsync(RunningReceiver receiver, DemoFleet fleet, ManualTime time)
    {
        for (var beat = 0; beat < 24; beat++)
        {
            await fleet.BeatAsync();
            if (beat % 6 == 5)
            {
                await receiver.Service<RotationEngine>().TickAsync(Cancellation);
            }

            time.Advance(TimeSpan.FromSeconds(5));
        }
    }

    private static async Task<long> RequestsAsync(DemoAdmin admin) =>
        (await admin.RowsAsync("/api/v1/telemetry/users?period=30d", Cancellation)).Sum(row => row!["requests"]!.GetValue<long>());

    private static string? Text(JsonNode? row, string name) => row?[name]?.GetValue<string>();
}
