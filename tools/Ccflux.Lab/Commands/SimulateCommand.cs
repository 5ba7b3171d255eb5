using System.CommandLine;
using Ccflux.Lab.Rotation;
using Ccflux.Receiver.Cli;
using Ccflux.Receiver.Fleet;

namespace Ccflux.Lab.Commands;

/// <summary><c>simulate [SCENARIO]</c>: simulates rotation over fictional fortnights and compares it with simple policies and the upper bound. It changes nothing.</summary>
internal static class SimulateCommand
{
    private const int MaxRuns = 100_000;

    public static Command Make()
    {
        var scenario = new Argument<string?>("SCENARIO") { Description = "A JSON file of accounts and demand; default: random fortnights.", Arity = ArgumentArity.ZeroOrOne };
        var runs = new Option<int>("--runs") { Description = "Number of random fortnights.", DefaultValueFactory = _ => 100 };
        var seed = new Option<int>("--seed") { Description = "Seed of the first fortnight; the others count up.", DefaultValueFactory = _ => 0 };
        var order = new Option<string>("--order") { Description = "Which account is used first, as in FLEET_ORDER: soonest_reset or least_waste.", DefaultValueFactory = _ => FleetOptions.SoonestReset };
        order.AcceptOnlyFromAmong(FleetOptions.SoonestReset, FleetOptions.LeastWaste);
        var soonest = new Option<int?>("--soonest-first-hours") { Description = "Instead of --order: accounts whose week ends within this many hours are ordered strictly by that; 168 is always, 12 is least_waste." };
        var json = new Option<bool>("--json") { Description = "Print one JSON object." };
        var command = new Command("simulate", "Simulates fortnights of several accounts and prints how rotation would use them.") { scenario, runs, seed, order, soonest, json };
        command.SetAction((result, cancellationToken) => CommandHost.GuardAsync(async () =>
        {
            if (result.GetValue(soonest) is < 0 or > 168)
            {
                await CommandHost.FailAsync("--soonest-first-hours: 0 to 168.");
                return CommandHost.Failed;
            }

            var settings = FleetOptions.OrderOf(result.GetValue(order)!);
            if (result.GetValue(soonest) is { } hours)
            {
                settings = settings with { SoonestFirstWithin = TimeSpan.FromHours(hours) };
            }

            IReadOnlyList<Comparison> compared;
            if (result.GetValue(scenario) is { } path)
            {
                if (await ReadAsync(path, cancellationToken) is not { } fortnight)
                {
                    return CommandHost.Failed;
                }

                compared = [Comparison.Of(fortnight.Seed, fortnight, settings)];
            }
            else
            {
                var count = result.GetValue(runs);
                var first = result.GetValue(seed);
                if (count is < 1 or > MaxRuns || first < 0 || first > int.MaxValue - MaxRuns)
                {
                    await CommandHost.FailAsync($"--runs: 1 to {MaxRuns}; --seed: 0 to {int.MaxValue - MaxRuns}.");
                    return CommandHost.Failed;
                }

                compared = Comparison.Random(first, count, settings, cancellationToken);
            }

            var totals = ComparisonTotals.Of(compared);
            await Console.Out.WriteLineAsync(result.GetValue(json) ? totals.ToJson() : totals.ToText().TrimEnd());
            return CommandHost.Done;
        }));
        return command;
    }

    private static async Task<Fortnight?> ReadAsync(string path, CancellationToken cancellationToken)
    {
        if (new FileInfo(path) is { Exists: true, Length: > ScriptedFortnight.MaxFileBytes })
        {
            await CommandHost.FailAsync($"{path}: at most {ScriptedFortnight.MaxFileBytes} bytes.");
            return null;
        }

        var fortnight = ScriptedFortnight.Parse(await File.ReadAllBytesAsync(path, cancellationToken), out var fault);
        if (fortnight is null)
        {
            await CommandHost.FailAsync($"{path}: {fault}.");
        }

        return fortnight;
    }
}
