using System.Globalization;
using System.Text.Json;
using Ccflux.Simulator;

// ccflux's stand-in for the issuers, for the demo: `Ccflux.Simulator PORT ACCOUNTS FOLDER`. Account 1 is to be polled with cookies; for the
// others it writes logins into FOLDER. It prints the settings that make a receiver ask it, one a line, and runs until it is told to stop.
if (args is not [var portText, var countText, var folder]
    || !int.TryParse(portText, NumberStyles.None, CultureInfo.InvariantCulture, out var port)
    || !int.TryParse(countText, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
    || count is < 1 or > 500)
{
    await Console.Error.WriteLineAsync("Usage: Ccflux.Simulator PORT ACCOUNTS(1-500) FOLDER");
    return 2;
}

var time = TimeProvider.System;
var upstream = new SimulatedUpstream(count, time, maxExchanges: 10_000);
var now = time.GetUtcNow();
if (count >= 4)
{
    // So that the pages have failures to show: one login has ended, one account is asked too often for a while.
    upstream.Plan(
        new Fault(FaultKind.Rejected, now.AddMinutes(10), now.AddYears(1), count),
        new Fault(FaultKind.RateLimited, now, now.AddMinutes(10), count - 1, TimeSpan.FromMinutes(8)));
}

Directory.CreateDirectory(folder);
var files = new List<string>();
foreach (var account in upstream.Accounts.Skip(1))
{
    var path = Path.Combine(Path.GetFullPath(folder), string.Create(CultureInfo.InvariantCulture, $"login-{account.Number}.json"));
    var login = new Dictionary<string, object>(StringComparer.Ordinal)
    {
        ["claudeAiOauth"] = new { accessToken = account.AccessToken, refreshToken = account.RefreshToken, expiresAt = now.AddYears(1).ToUnixTimeMilliseconds(), accountUuid = account.Id },
    };
    await File.WriteAllTextAsync(path, JsonSerializer.Serialize(login));
    files.Add(path);
}

await using var server = await SimulatorServer.StartAsync(upstream, time, port);
var address = server.Urls.Single();
Console.WriteLine("ALLOW_TEST_UPSTREAMS=1");
Console.WriteLine($"CLAUDE_AI_URL={address}");
Console.WriteLine($"ANTHROPIC_API_URL={address}");
Console.WriteLine($"CLAUDE_SESSION_KEY={upstream.Accounts[0].SessionKey}");
Console.WriteLine($"CLAUDE_ORG_ID={upstream.Accounts[0].OrganizationId}");
Console.WriteLine($"OAUTH_CREDENTIALS={string.Join(':', files)}");
await Console.Out.FlushAsync();
await server.WaitForShutdownAsync();
return 0;
