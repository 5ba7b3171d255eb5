namespace Ccflux.Simulator;

/// <summary>What runs alongside the demo's receiver.</summary>
public static class DemoLife
{
    public static async Task RunAsync(SimulatedUpstream upstream, Uri receiver, string adminToken, TimeProvider time, CancellationToken cancellationToken)
    {
        using var admin = new DemoAdmin(receiver, adminToken);
        using var fleet = new DemoFleet(upstream, admin, time);
        using var telemetry = new DemoTelemetry(admin, fleet, time);
        await Task.WhenAll(
            GoOnAsync("fleet", async () =>
            {
                await admin.ReadyAsync(time, cancellationToken);
                if (await fleet.SetUpAsync(cancellationToken))
                {
                    await fleet.RunAsync(cancellationToken);
                }
            }, cancellationToken),
            GoOnAsync("telemetry", async () =>
            {
                await admin.ReadyAsync(time, cancellationToken);
                await telemetry.SetUpAsync(cancellationToken);
                await telemetry.RunAsync(cancellationToken);
            }, cancellationToken));
    }

    /// <summary>Runs one part; if it fails, the others continue.</summary>
    private static async Task GoOnAsync(string part, Func<Task> life, CancellationToken cancellationToken)
    {
        try
        {
            await life();
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The demo ends.
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException)
        {
            await Console.Error.WriteLineAsync($"The demo's {part} stands still: {exception.Message}");
        }
    }
}
