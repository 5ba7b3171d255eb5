using Ccflux.Bench.Dashboard;
using Ccflux.Storage.Sqlite;

// generate FILE REQUESTS | measure FILE URL PATH (bearer token in ADMIN_TOKEN)
switch (args)
{
    case ["generate", var path, var requests]:
        using (var connection = SqliteDatabase.OpenForWriting(path))
        {
            new Generator(connection, TimeProvider.System.GetUtcNow(), long.Parse(requests)).Run();
        }

        return 0;
    case ["measure", var path, var address, .. var pages]:
        await new Measurement(path, new Uri(address), Environment.GetEnvironmentVariable("ADMIN_TOKEN") ?? "").RunAsync(pages);
        return 0;
    default:
        await Console.Error.WriteLineAsync("generate FILE REQUESTS | measure FILE URL PATH…");
        return 2;
}
