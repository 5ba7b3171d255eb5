using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Ccflux.Receiver.Fleet.Vault;
using Ccflux.Testing;

namespace Ccflux.Receiver.Tests.Fleet;

/// <summary>The real agents, switchers and files, with each process killed at each of its steps. FLEET_FAULT_SEEDS sets the number of races and FLEET_FAULT_FIRST
/// the first one, each with different timing, swaps and order of the steps; a single one omits the slower steps of the receivers.</summary>
public sealed class FleetRaceTests
{
    private static readonly int s_seeds = Number("FLEET_FAULT_SEEDS", 1);
    private static readonly int s_first = Number("FLEET_FAULT_FIRST", 1);

    private static readonly string[] s_steps = s_seeds > 1
        ? [.. FleetRace.AgentSteps, .. FleetRace.ReceiverSteps]
        : [.. FleetRace.AgentSteps, VaultFaultPoints.CommandDelivered, VaultFaultPoints.IntentWritten, VaultFaultPoints.KeyAdded];

    [Fact]
    public async Task Race_ProcessesKilledAtEveryStep_SpendsNoTokenTwiceKeepsEveryFileWholeAndLosesNoAccountSilently()
    {
        Assert.SkipUnless(File.Exists(NativeHook.Path), NativeHook.Missing);
        var watch = Stopwatch.StartNew();
        var killed = new SortedDictionary<string, int>(StringComparer.Ordinal);
        var (swaps, renewals, reads, lost) = (0, 0, 0, 0);
        for (var seed = s_first; seed < s_first + s_seeds; seed++)
        {
            await using var race = await FleetRace.SetAsync(seed);
            await race.RunAsync(s_steps);
            var needLogin = await race.CheckAsync();

            Assert.True(race.Wrong.Count == 0, $"Race {seed}: {string.Join("; ", race.Wrong)}\n{race.Describe()}");
            Assert.True(needLogin <= race.MayNeedLogin, $"Race {seed}: {needLogin} accounts need a login, {race.MayNeedLogin} may: {string.Join("; ", race.Needing)}");
            (swaps, renewals, reads, lost) = (swaps + race.Swaps, renewals + race.Renewals, reads + race.Reads, lost + needLogin);
            foreach (var (step, count) in race.KilledAt)
            {
                killed[step] = killed.GetValueOrDefault(step) + count;
            }
        }

        Report(watch.Elapsed, killed, string.Create(CultureInfo.InvariantCulture, $"{swaps} swaps, {renewals} renewals, {reads} readings of login files, {lost} accounts need a login"));
        Assert.Empty(s_steps.Except(killed.Keys, StringComparer.Ordinal));
    }

    private static int Number(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : otherwise;

    private static void Report(TimeSpan elapsed, SortedDictionary<string, int> killed, string figures)
    {
        var how = string.Create(CultureInfo.InvariantCulture, $"{figures}, {elapsed.TotalSeconds:0} s; killed at {string.Join(", ", killed.Select(pair => $"{pair.Key} {pair.Value}"))}");
        TestContext.Current.TestOutputHelper!.WriteLine(how);
        if (Environment.GetEnvironmentVariable("BENCH_OUT") is { Length: > 0 } file)
        {
            var line = JsonSerializer.Serialize(new { name = "fleet-race", value = killed.Values.Sum(), unit = "processes killed", baseline = 0, ratio = 0, how = $"{s_seeds} races of three native agents and two receivers: {how}" });
            File.AppendAllText(file, line + "\n");
        }
    }
}
