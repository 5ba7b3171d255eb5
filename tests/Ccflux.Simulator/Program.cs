using System.Globalization;
using System.Text.Json;
using Ccflux.Simulator;

// Stand-in for the vendor, for the demo: `Ccflux.Simulator PORT FOLDER [RECEIVER]`; port 0 chooses a free one. The first account is to be
// polled with cookies; for the others it writes logins into FOLDER. It prints the settings that make a receiver poll it, one per line, then an empty
// line, and runs until its standard input ends: a process that holds it open need not stop it. Given the URL of a receiver, whose ADMIN_TOKEN is in the
// environment, it then gives that receiver a fleet and telemetry, and keeps both going.
if (args is not [var portText, var folder, ..] || args.Length > 3 || !int.TryParse(portText, NumberStyles.None, CultureInfo.InvariantCulture, out var port))
{
    await Console.Error.WriteLineAsync("Usage: Ccflux.Simulator PORT FOLDER [RECEIVER]");
    return 2;
}

var time = TimeProvider.System;
var upstream = DemoScript.Make(time);
Directory.CreateDirectory(folder);
var files = new List<string>();
foreach (var account in upstream.Accounts.Take(DemoScript.Accounts).Skip(1))
{
    var path = Path.Combine(Path.GetFullPath(folder), string.Create(CultureInfo.InvariantCulture, $"login-{account.Number}.json"));
    var login = new Dictionary<string, object>(StringComparer.Ordinal)
    {
        ["claudeAiOauth"] = new { accessToken = account.AccessToken, refreshToken = account.RefreshToken, expiresAt = time.GetUtcNow().AddYears(1).ToUnixTimeMilliseconds(), accountUuid = account.Id },
    };
    await File.WriteAllTextAsync(path, JsonSerializer.Serialize(login));
    files.Add(path);
}

await using var server = await SimulatorServer.StartAsync(upstream, time, port);
var address = server.Urls.Single();
Console.WriteLine("ALLOW_TEST_UPSTREAMS=1");
Console.WriteLine($"CLAUDE_AI_URL={address}");
Console.WriteLine($"ANTHROPIC_API_URL={address}");
Console.WriteLine($"ANTHROPIC_TOKEN_URL={address}");
Console.WriteLine($"CLAUDE_SESSION_KEY={upstream.Accounts[0].SessionKey}");
Console.WriteLine($"CLAUDE_ORG_ID={upstream.Accounts[0].OrganizationId}");
Console.WriteLine($"OAUTH_CREDENTIALS={string.Join(':', files)}");
Console.WriteLine();
await Console.Out.FlushAsync();
var ended = new StreamReader(Console.OpenStandardInput()).ReadToEndAsync();
using var stopping = new CancellationTokenSource();
var life = args is [_, _, var receiver] && Environment.GetEnvironmentVariable("ADMIN_TOKEN") is { Length: > 0 } token
    ? DemoLife.RunAsync(upstream, new Uri(receiver), token, time, stopping.Token)
    : Task.CompletedTask;
await Task.WhenAny(ended, server.WaitForShutdownAsync());
await stopping.CancelAsync();
await life;
return 0;
