using System.Diagnostics;
using System.Text.Json;
using Ccflux.Lab.Demo;
using Ccflux.Receiver.Quota.Polling;
using Ccflux.Receiver.Tests.Hosting;
using Ccflux.Simulator;
using Ccflux.Testing;

namespace Ccflux.Receiver.Tests.Quota;

/// <summary>The quota data of <c>./run.sh --demo</c>: a history that the simulator continues, in every state.</summary>
public sealed class DemoQuotaTests
{
    [Fact]
    public async Task Demo_WithItsSimulator_ShowsAccountsInEveryState()
    {
        await using var simulator = await SimulatorProcess.StartAsync();
        var time = new ManualTime(TimeProvider.System.GetUtcNow());
        await using var receiver = await RunningReceiver.StartAsync(_ => { }, QuotaRig.NewFolder(), time, [.. simulator.Settings, ("ENV_FILE", Path.Combine(simulator.Folder, ".env"))]);
        await receiver.Make<DemoData>().FillAsync();
        await receiver.Make<DemoQuota>().FillAsync(
            [new("amara.okafor@example.org", 1_900_000, TimeSpan.FromMinutes(4)), new("george.whitlock@example.org", 480_000, TimeSpan.FromHours(7))], TestContext.Current.CancellationToken);

        await PassAsync(time, receiver.Service<Poller>());
        using var answer = await receiver.Client.FetchAsync("/api/usage", bearer: RunningReceiver.ViewerToken);
        using var document = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        var accounts = document.RootElement.GetProperty("accounts").EnumerateArray().ToList();

        Assert.Equal(DemoScript.Accounts + 2, accounts.Count);
        Assert.Contains(accounts, account => Window(account) is < 20 && Text(account, "level") == "green");
        Assert.Contains(accounts, account => Window(account) is > 70 and < 90);
        Assert.Contains(accounts, account => Window(account) is > 90 and < 100 && Outlook(account) == "runs_out");
        Assert.Contains(accounts, account => Window(account) is 100 && Outlook(account) == "exhausted");
        Assert.Equal(2, accounts.Count(account => Error(account) is not null));
        Assert.Contains(accounts, account => Error(account) == "rejected" && account.GetProperty("stale").GetBoolean());
        Assert.Contains(accounts, account => Error(account) == "rate_limited");
        Assert.Contains(accounts, account => Text(account, "source") == "statusline" && account.GetProperty("stale").GetBoolean());
        Assert.Contains(accounts, account => account.GetProperty("windows")[0].GetProperty("plan_estimate").ValueKind == JsonValueKind.Object);

        Assert.True(await simulator.EndInputAsync(), "the simulator ends with its standard input");
    }

    private static double Window(JsonElement account) => account.GetProperty("windows")[0].GetProperty("utilization").GetDouble();

    private static string? Outlook(JsonElement account) => Text(account.GetProperty("windows")[0].GetProperty("projection"), "outlook");

    private static string? Text(JsonElement holder, string name) => holder.GetProperty(name).GetString();

    private static string? Error(JsonElement account) =>
        account.GetProperty("error") is { ValueKind: JsonValueKind.Object } error ? Text(error, "kind") : null;

    /// <summary>Moves the receiver's clock until every account was polled: after a start, polls are spread over a minute.</summary>
    private static async Task PassAsync(ManualTime time, Poller poller)
    {
        var end = time.GetUtcNow().AddMinutes(2);
        while (poller.Statuses().Any(status => status.State.LastAttempt is null))
        {
            Assert.True(time.AdvanceToNextTimer(end), "an account was not polled within two minutes");
            await poller.WhenIdleAsync();
        }
    }

    /// <summary>The program that run.sh starts.</summary>
    private sealed class SimulatorProcess : IAsyncDisposable
    {
        private readonly Process _process;

        private SimulatorProcess(Process process, string folder)
        {
            _process = process;
            Folder = folder;
        }

        public string Folder { get; }

        public List<(string Key, string? Value)> Settings { get; } = [];

        public static async Task<SimulatorProcess> StartAsync()
        {
            var folder = Directory.CreateTempSubdirectory("ccflux-simulator-").FullName;
            var start = new ProcessStartInfo("dotnet") { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true };
            start.ArgumentList.Add(typeof(DemoScript).Assembly.Location);
            start.ArgumentList.Add("0");
            start.ArgumentList.Add(Path.Combine(folder, "logins"));
            var simulator = new SimulatorProcess(Process.Start(start)!, folder);
            while (await simulator._process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is { Length: > 0 } line)
            {
                var parts = line.Split('=', 2);
                simulator.Settings.Add((parts[0], parts[1]));
            }

            return simulator;
        }

        public async Task<bool> EndInputAsync()
        {
            _process.StandardInput.Close();
            using var deadline = new CancellationTokenSource(TestDeadline.Ample);
            await _process.WaitForExitAsync(deadline.Token);
            return _process.ExitCode == 0;
        }

        public ValueTask DisposeAsync()
        {
            if (!_process.HasExited)
            {
                _process.Kill();
            }

            _process.Dispose();
            Directory.Delete(Folder, recursive: true);
            return ValueTask.CompletedTask;
        }
    }
}
