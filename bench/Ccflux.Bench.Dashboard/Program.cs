using Ccflux.Bench.Dashboard;
using Ccflux.Storage.Sqlite;

// generate FILE EVENTS | measure FILE URL PATH (bearer token in ADMIN_TOKEN)
switch (args)
{
    case ["generate", var path, var events]:
        using (var connection = SqliteDatabase.OpenForWriting(path))
        {
            new Generator(connection, TimeProvider.System.GetUtcNow(), long.Parse(events)).Run();
        }

        return 0;
    case ["measure", var path, var address, .. var pages]:
        await new Measurement(path, new Uri(address), Environment.GetEnvironmentVariable("ADMIN_TOKEN") ?? "").RunAsync(pages);
        return 0;
    default:
        await Console.Error.WriteLineAsync("generate FILE EVENTS | measure FILE URL PATH…");
        return 2;
}
