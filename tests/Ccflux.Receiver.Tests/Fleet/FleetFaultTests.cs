using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Ccflux.Receiver.Fleet.Vault;

namespace Ccflux.Receiver.Tests.Fleet;

/// <summary>
/// Two switchers and three agents race, and a process is killed at each step of handling a login. FLEET_FAULT_SEEDS sets how often each step is
/// tried, each time with different timing and different swaps; the bench fleet-faults tries more.
/// </summary>
public sealed class FleetFaultTests
{
    private static readonly int s_seeds = int.TryParse(Environment.GetEnvironmentVariable("FLEET_FAULT_SEEDS"), NumberStyles.None, CultureInfo.InvariantCulture, out var seeds) ? seeds : 1;

    /// <summary>Steps after which it cannot be known what the issuer answered, or whether it did.</summary>
    private static readonly string[] s_unknowable = [VaultFaultPoints.IntentWritten, VaultFaultPoints.IssuerAnswered];

    private static readonly string[] s_renewing = [VaultFaultPoints.Refreshing, VaultFaultPoints.IntentWritten, VaultFaultPoints.IssuerAnswered, VaultFaultPoints.AnswerKept, VaultFaultPoints.RefreshSettled];

    /// <summary>Exit code of a process ended by SIGKILL.</summary>
    private const int Killed = 137;

    public static TheoryData<string> Steps => [.. VaultFaultPoints.All];

    [Theory]
    [MemberData(nameof(Steps))]
    public async Task Process_KilledAtAnyStep_SpendsNoTokenTwiceAndLosesNoAccountSilently(string step)
    {
        var reached = 0;
        for (var seed = 1; seed <= s_seeds; seed++)
        {
            await using var stage = await FleetStage.SetAsync(seed);
            var fault = s_seeds == 1 ? step : string.Create(CultureInfo.InvariantCulture, $"{step}:{(seed % 2) + 1}");
            reached += await RunAsync(stage, step, fault) ? 1 : 0;
            await stage.SettleAsync();
            var (wrong, needLogin) = await stage.CheckAsync();

            Assert.Empty(wrong);
            Assert.True(needLogin == 0 || s_unknowable.Contains(step), $"{needLogin} accounts need a login after {fault}");
            Assert.True(needLogin <= 1);
        }

        Assert.True(reached > 0, "no process came to this step");
    }

    /// <summary>The steps of renewing and of issuing also occur in the operator's commands; the others need a running receiver.</summary>
    private static async Task<bool> RunAsync(FleetStage stage, string step, string fault)
    {
        if (step == VaultFaultPoints.CommandIssued)
        {
            return await stage.RunAsync(step, "fleet", "give", stage.Agent(1).Id, "--account", "seat 2") == Killed;
        }

        if (step is VaultFaultPoints.KeyAdded or VaultFaultPoints.Reencrypted)
        {
            return await stage.RunAsync(step, "fleet", "rotate-keys") == Killed && await stage.RunAsync("", "fleet", "rotate-keys") == 0;
        }

        if (!s_renewing.Contains(step))
        {
            return await stage.ServeUntilFaultAsync(fault);
        }

        var command = stage.RunAsync(fault, "fleet", "refresh");
        await stage.RenewWhileAsync(command);
        return await command == Killed;
    }

    [Fact]
    public async Task Switchers_Racing_RenewEachAccountOnce()
    {
        var watch = Stopwatch.StartNew();
        await using var stage = await FleetStage.SetAsync(seed: 7);

        var commands = Task.WhenAll(stage.RunAsync("", "fleet", "refresh"), stage.RunAsync("", "fleet", "refresh"));
        await stage.RenewWhileAsync(commands);
        await stage.SettleAsync();
        var (wrong, needLogin) = await stage.CheckAsync();

        var exits = await commands;
        Assert.Equal([0, 0], exits);
        Assert.Empty(wrong);
        Assert.Equal(0, needLogin);
        Assert.All(stage.Issuer.Accounts.Skip(2), account => Assert.True(account.Refreshes > 0));
        Report(watch.Elapsed);
    }

    private static void Report(TimeSpan elapsed)
    {
        if (Environment.GetEnvironmentVariable("BENCH_OUT") is { Length: > 0 } file)
        {
            var line = JsonSerializer.Serialize(new { name = "fleet-faults", value = s_seeds * VaultFaultPoints.All.Count, unit = "runs", baseline = 0, ratio = 0, how = string.Create(CultureInfo.InvariantCulture, $"{s_seeds} runs a step, each with a process killed there; the last race took {elapsed.TotalSeconds:0.0} s") });
            File.AppendAllText(file, line + "\n");
        }
    }
}
