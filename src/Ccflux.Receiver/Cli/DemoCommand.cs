using System.CommandLine;
using Ccflux.Receiver.Platform.Settings;
using Ccflux.Receiver.Usage.Demo;

namespace Ccflux.Receiver.Cli;

/// <summary><c>ccflux-receiver demo</c>: fills an empty database, to look around in.</summary>
internal static class DemoCommand
{
    public static Command Make()
    {
        var command = new Command("demo", "Fills the empty database at DATABASE_PATH with 45 days of 15 invented users.");
        command.SetAction((_, _) => CommandHost.RunAsync(FillAsync));
        return command;
    }

    private static async Task<int> FillAsync(IServiceProvider services)
    {
        var path = services.GetRequiredService<DatabaseOptions>().Path;
        if (await services.GetRequiredService<DemoData>().FillAsync() is not { } turns)
        {
            await CommandHost.FailAsync($"{path} is not empty: the demo goes into a database of its own. Set DATABASE_PATH to another file.");
            return CommandHost.Failed;
        }

        await Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"Stored {turns} turns of 15 invented users in {path}."));
        return CommandHost.Done;
    }
}
