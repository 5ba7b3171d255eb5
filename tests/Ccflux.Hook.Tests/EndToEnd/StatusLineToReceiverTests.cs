using System.Text.Json.Nodes;
using Ccflux.Hook.Spool;
using Ccflux.Hook.Tests.Support;
using Ccflux.Testing;
using Xunit;

namespace Ccflux.Hook.Tests.EndToEnd;

/// <summary>What Claude Code passes to a status line, through the published program, as readings of the real receiver.</summary>
public sealed class StatusLineToReceiverTests
{
    /// <summary>The limits shown, and the resulting readings: window, thousandths of a percent, reset in seconds (0: not given).</summary>
    private static readonly (string Limits, (string Window, long Milli, long Reset)[] Readings)[] s_lines =
    [
        ("""{"five_hour":{"used_percentage":42,"resets_at":1795252215},"seven_day":{"used_percentage":17,"resets_at":1795645000}}""", [("five_hour", 42_000, 1795252215), ("seven_day", 17_000, 1795645000)]),
        ("""{"five_hour":{"used_percentage":42.5,"resets_at":1795252215}}""", [("five_hour", 42_500, 1795252215)]),
        ("""{"seven_day":{"used_percentage":17,"resets_at":1795645000},"five_hour":null}""", [("seven_day", 17_000, 1795645000)]),
        ("""{"five_hour":{"used_percentage":104.5,"resets_at":1795252215},"seven_day":{"used_percentage":0,"resets_at":1795645000}}""", [("five_hour", 104_500, 1795252215), ("seven_day", 0, 1795645000)]),
        ("""{"seven_day_opus":{"used_percentage":3,"resets_at":1795645000},"thirty_day.new":{"used_percentage":7},"spend_limit":{"unknown":true}}""", [("seven_day_opus", 3_000, 1795645000), ("thirty_day.new", 7_000, 0)]),
        ("{}", []),
    ];

    [Fact]
    public async Task StatusLine_OfTheRealClient_ArrivesAsItIsShownAndOnce()
    {
        using var receiver = new ReceiverProcess();
        var token = await receiver.AddUserAsync("petra@example.org");
        await receiver.StartAsync();
        for (var i = 0; i < s_lines.Length; i++)
        {
            using var machine = new Machine(receiver.Address.OriginalString, token);
            var account = $"account-{i}";
            await File.WriteAllTextAsync(Path.Combine(machine.Home, ".claude.json"), $$$"""{"oauthAccount":{"accountUuid":"{{{account}}}"}}""", TestContext.Current.CancellationToken);

            await ShowAsync(machine, s_lines[i].Limits);
            Assert.Equal(s_lines[i].Readings.Length, Count(receiver, account));
            foreach (var (window, milli, reset) in s_lines[i].Readings)
            {
                Assert.Equal([milli, reset * 1000], receiver.Query(
                    $"SELECT used_milli, coalesce(resets_at, 0) FROM quota_windows JOIN quota_accounts USING (account_id) WHERE account_key = '{account}' AND name = '{window}' AND quota_windows.source = 'statusline'", 2));
            }

            // An idle line repeats itself: the machine sends nothing, and the receiver would store nothing.
            await ShowAsync(machine, s_lines[i].Limits);
            File.Delete(machine.State.QuotaReadings);
            await ShowAsync(machine, s_lines[i].Limits);
            Assert.Equal(s_lines[i].Readings.Length, Count(receiver, account));
        }
    }

    private static long Count(ReceiverProcess receiver, string account) => receiver.Query(
        $"SELECT count(*) FROM quota_readings JOIN quota_windows USING (window_id) JOIN quota_accounts USING (account_id) WHERE account_key = '{account}'", 1)[0];

    /// <summary>Shows the client's own input with these limits, and sends whatever is to be sent.</summary>
    private static async Task ShowAsync(Machine machine, string limits)
    {
        var input = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(HookProgram.Root, "tests", "fixtures", "claude-code", "statusline", "after-answer.json"), TestContext.Current.CancellationToken))!;
        input["transcript_path"] = machine.Transcript("9f1a8809-75b5-4077-96c2-43e35727b43f");
        input["rate_limits"] = JsonNode.Parse(limits);
        var result = await HookProgram.RunAsync(["statusline"], machine.Environment, input.ToJsonString());
        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        await Wait.UntilAsync(() => new ReadingSpool(machine.State).Read().Waiting.Count == 0 && !DeliverLock.IsTaken(machine.State.Lock), "what was shown is delivered");
    }
}
