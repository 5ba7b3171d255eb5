using System.CommandLine;
using Ccflux.Receiver.Platform.Database;
using Ccflux.Receiver.Platform.Settings;
using Ccflux.Receiver.Usage.Demo;
using Ccflux.Receiver.Usage.Store.Tiers;

namespace Ccflux.Receiver.Cli;

/// <summary><c>demo</c>: fills an empty database, to look at the pages before there are any users.</summary>
internal static class DemoCommand
{
    public static Command Make()
    {
        var command = new Command("demo", "Fills an empty database with 45 days of 15 invented users.");
        command.SetAction((_, cancellationToken) => CommandHost.RunAsync(async services =>
        {
            var path = services.GetRequiredService<DatabaseOptions>().Path;
            using var held = DatabaseLock.Take(path);
            if (await services.GetRequiredService<DemoData>().FillAsync() is not { } turns)
            {
                await CommandHost.FailAsync($"{path} is not empty; demo data goes into a database of its own (DATABASE_PATH).");
                return CommandHost.Failed;
            }

            await ActivatorUtilities.CreateInstance<TierJob>(services).InferAsync(cancellationToken);
            await Console.Out.WriteLineAsync($"Wrote {turns} turns of invented users into {path}.");
            return CommandHost.Done;
        }));
        return command;
    }
}
