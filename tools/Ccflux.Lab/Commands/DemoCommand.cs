using System.CommandLine;
using Ccflux.Lab.Demo;
using Ccflux.Receiver.Cli;
using Ccflux.Receiver.Platform.Database;
using Ccflux.Receiver.Platform.Settings;
using Ccflux.Receiver.Usage.Tiers;
using Microsoft.Extensions.DependencyInjection;

namespace Ccflux.Lab.Commands;

/// <summary><c>demo</c>: fills an empty database, so that you can see the pages before there are any users.</summary>
internal static class DemoCommand
{
    /// <summary>The users with a status line. The last one is idle, so its readings are old.</summary>
    private static readonly DemoStatusLine[] s_statusLines =
    [
        new("amara.okafor@example.org", 1_900_000, TimeSpan.FromMinutes(4)),
        new("mateo.vargas@example.org", 1_900_000, TimeSpan.FromMinutes(11)),
        new("hana.sato@example.org", DemoPlan.LimitTokens, TimeSpan.FromMinutes(2)),
        new("elif.yilmaz@example.org", 480_000, TimeSpan.FromMinutes(35)),
        new("daniel.novak@example.org", 480_000, TimeSpan.FromMinutes(8)),
        new("george.whitlock@example.org", 480_000, TimeSpan.FromHours(7)),
    ];

    public static Command Make()
    {
        var command = new Command("demo", "Fills an empty database with 45 days of usage by 15 fictional users.");
        command.SetAction((_, cancellationToken) => CommandHost.RunAsync(async services =>
        {
            var path = services.GetRequiredService<DatabaseOptions>().Path;
            using var held = DatabaseLock.Take(path);
            if (await ActivatorUtilities.CreateInstance<DemoData>(services).FillAsync() is not { } turns)
            {
                await CommandHost.FailAsync($"{path} is not empty; use a separate database for demo data (DATABASE_PATH).");
                return CommandHost.Failed;
            }

            await ActivatorUtilities.CreateInstance<DemoQuota>(services).FillAsync(s_statusLines, cancellationToken);
            await ActivatorUtilities.CreateInstance<TierJob>(services).InferAsync(cancellationToken);
            await Console.Out.WriteLineAsync($"Wrote {turns} turns of fictional users to {path}.");
            return CommandHost.Done;
        }));
        return command;
    }
}
