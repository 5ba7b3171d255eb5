using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Ccflux.Receiver.Fleet.Vault;

namespace Ccflux.Receiver.Tests.Fleet;

/// <summary>
/// Two switchers and three agents race, and a process is killed at each step of dealing with a login. FLEET_FAULT_SEEDS says how often each step is
/// tried, with other timing and other swaps each time; the bench fleet-faults tries more.
/// </summary>
public sealed class FleetFaultTests
{
    private static readonly int s_seeds = int.TryParse(Environment.GetEnvironmentVariable("FLEET_FAULT_SEEDS"), NumberStyles.None, CultureInfo.InvariantCulture, out var seeds) ? seeds : 1;

    /// <summary>Steps after which what the issuer answered, or whether it did, is known to nobody.</summary>
    private static readonly string[] s_unknowable = [VaultFault.IntentWritten, VaultFault.IssuerAnswered];

    public static TheoryData<string> Steps => [.. VaultFault.All];

    [Theory]
    [MemberData(nameof(Steps))]
    public async Task Process_KilledAtAnyStep_SpendsNoTokenTwiceAndLosesNoAccountSilently(string step)
    {
        var reached = 0;
        for (var seed = 1; seed <= s_seeds; seed++)
        {
            await using var stage = await FleetStage.SetAsync(seed);
            var time = (seed % 3) + 1;
            var fault = s_seeds == 1 ? step : string.Create(CultureInfo.InvariantCulture, $"{step}:{time}");
            if (step == VaultFault.CommandIssued)
            {
                Assert.Equal(137, await stage.RunAsync(step, "fleet", "give", stage.Agent(1).Id, "--account", "seat 2"));
                reached++;
            }
            else
            {
                reached += await stage.ServeUntilFaultAsync(fault) ? 1 : 0;
            }

            await stage.SettleAsync();
            var (wrong, needLogin) = await stage.CheckAsync();

            Assert.Empty(wrong);
            Assert.True(needLogin == 0 || s_unknowable.Contains(step), $"{needLogin} accounts need a login after {fault}");
            Assert.True(needLogin <= 1);
        }

        Assert.True(reached > 0, "no process came to this step");
    }

    [Fact]
    public async Task Switchers_Racing_RenewEachAccountOnce()
    {
        var watch = Stopwatch.StartNew();
        await using var stage = await FleetStage.SetAsync(seed: 7);

        var commands = Task.WhenAll(stage.RunAsync("", "fleet", "refresh"), stage.RunAsync("", "fleet", "refresh"));
        await stage.RenewWhileAsync(commands);
        var (wrong, needLogin) = await stage.CheckAsync();

        var exits = await commands;
        Assert.Equal([0, 0], exits);
        Assert.Empty(wrong);
        Assert.Equal(0, needLogin);
        Assert.Equal([0, 0, 1, 1], stage.Issuer.Accounts.Select(account => account.Refreshes));
        Report(watch.Elapsed);
    }

    private static void Report(TimeSpan elapsed)
    {
        if (Environment.GetEnvironmentVariable("BENCH_OUT") is { Length: > 0 } file)
        {
            var line = JsonSerializer.Serialize(new { name = "fleet-faults", value = s_seeds * VaultFault.All.Count, unit = "runs", baseline = 0, ratio = 0, how = string.Create(CultureInfo.InvariantCulture, $"{s_seeds} runs a step, each with a process killed there; the last race took {elapsed.TotalSeconds:0.0} s") });
            File.AppendAllText(file, line + "\n");
        }
    }
}
