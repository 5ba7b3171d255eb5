using System.Text;
using System.Text.Json;
using Ccflux.Contracts.Http;
using Ccflux.Contracts.Quota;
using Ccflux.Contracts.Usage;
using Ccflux.Receiver.Tests.Hosting;
using Ccflux.Receiver.Tests.Usage.Ingest;
using Ccflux.Testing;

namespace Ccflux.Receiver.Tests.Quota;

/// <summary>What quota learns from reported turns: limit hits, and how many tokens a percent is.</summary>
public sealed class UsageMeetsQuotaTests : IAsyncDisposable
{
    private const string Account = "00000000-0000-4000-8000-000000000002";
    private const string Email = "amara@example.org";

    private readonly DeviceKey _key = new();
    private Wire? _wire;
    private string _access = "";

    private DateTimeOffset Now => _wire!.Now;

    [Fact]
    public async Task FinalLimit_WithWindowAndReset_IsAReadingOfTheAccountThatTheStatusLineShows()
    {
        await StartAsync();
        await ShowAsync(Account, "five_hour", 96, Now.AddHours(2));
        _wire!.Time.Advance(TimeSpan.FromMinutes(1));

        await ReportAsync(Limited(0, Limit("five_hour", Now.AddHours(2))));

        var window = Assert.Single(Assert.Single(await AccountsAsync()).GetProperty("windows").EnumerateArray());
        Assert.Equal(100, window.GetProperty("utilization").GetDouble());
        Assert.Equal("limit_hit", window.GetProperty("source").GetString());
        Assert.Equal(Now, window.GetProperty("observed_at").GetDateTimeOffset());
    }

    [Fact]
    public async Task FinalLimit_OfAUserWithoutStatusLine_StandsUnderTheUsersEmailAndMovesOnceThereIsOne()
    {
        await StartAsync();

        await ReportAsync(Limited(0, Limit("seven_day", Now.AddDays(2))));
        Assert.Equal(Email, _wire!.Scalar<string>("SELECT account_key FROM quota_accounts WHERE source = 'limit_hit'"));

        _wire.Time.Advance(TimeSpan.FromMinutes(1));
        await ShowAsync(Account, "five_hour", 10, Now.AddHours(2));
        _wire.Time.Advance(TimeSpan.FromMinutes(1));
        await ReportAsync(Limited(1, Limit("five_hour", Now.AddHours(2))));
        Assert.Equal($"{Account} five_hour", _wire.Scalar<string>(
            "SELECT account_key || ' ' || name FROM quota_windows JOIN quota_accounts USING (account_id) WHERE quota_windows.source = 'limit_hit' ORDER BY observed_at DESC"));
    }

    [Fact]
    public async Task FinalLimits_OfOneReport_AreAllReadings_AndALessThanGoodOneTakesNoneWithIt()
    {
        await StartAsync();
        await ShowAsync(Account, "five_hour", 96, Now.AddHours(2));
        _wire!.Time.Advance(TimeSpan.FromMinutes(1));

        await ReportAsync(
            Limited(0, Limit("five_hour", Now.AddHours(2))),
            Limited(1, Limit("five hours", Now.AddHours(2))),
            Limited(2, Limit("seven_day", Now.AddDays(2))));

        Assert.Equal(["five_hour", "seven_day"], Assert.Single(await AccountsAsync()).GetProperty("windows").EnumerateArray()
            .Where(window => window.GetProperty("source").GetString() == "limit_hit" && window.GetProperty("utilization").GetDouble() == 100)
            .Select(window => window.GetProperty("window").GetString()).Order(StringComparer.Ordinal));
    }

    public static TheoryData<string> LessThanAHit => ["retried", "no window", "no reset", "reset before", "too old", "bad name"];

    [Theory]
    [MemberData(nameof(LessThanAHit))]
    public async Task LimitEvent_ThatSaysLess_IsNoReading(string what)
    {
        await StartAsync();
        var whole = Limit("five_hour", Now.AddHours(2));
        var limit = what switch
        {
            "retried" => whole with { Final = false },
            "no window" => whole with { Window = null },
            "no reset" => whole with { ResetsAtUtc = null },
            "reset before" => whole with { ResetsAtUtc = Now.AddHours(-1) },
            "too old" => whole with { AtUtc = Now.AddDays(-36), ResetsAtUtc = Now.AddDays(-35) },
            _ => whole with { Window = "five hours" },
        };

        await ReportAsync(Limited(0, limit));

        Assert.Equal(1L, _wire!.Scalar<long>("SELECT count(*) FROM limit_events"));
        Assert.Equal(0L, _wire.Scalar<long>("SELECT count(*) FROM quota_readings"));
        Assert.Equal(0L, _wire.Scalar<long>("SELECT count(*) FROM quota_accounts"));
    }

    [Fact]
    public async Task Report_SentTwice_IsOneReading()
    {
        await StartAsync();
        var turn = Limited(0, Limit("five_hour", Now.AddHours(2)));

        await ReportAsync(turn);
        await ReportAsync(turn);

        Assert.Equal(1L, _wire!.Scalar<long>("SELECT count(*) FROM quota_readings"));
    }

    [Fact]
    public async Task TokensPerPercent_AreThoseOfTheWindow_CountedAgain()
    {
        await StartAsync();
        var reset = Now.AddHours(1);
        var turns = Enumerable.Range(0, 400).Select(i => A.Turn("s1", i, Now.AddMinutes(-31 * (400 - i)), output: 1000 + i)).ToArray();
        foreach (var chunk in turns.Chunk(100))
        {
            await ReportAsync(chunk);
        }

        await ShowAsync(Account, "five_hour", 20, reset);
        await ShowAsync(Account, "seven_day", 50, reset.AddDays(2));
        await ShowAsync(Account, "seven_day_opus", 50, reset.AddDays(2));

        var windows = Assert.Single(await AccountsAsync()).GetProperty("windows").EnumerateArray().ToDictionary(window => window.GetProperty("window").GetString()!);
        Assert.Equal(Math.Round(Recount(turns, reset.AddHours(-5)) / 20d), PerPercent(windows["five_hour"]));
        Assert.Equal(Math.Round(Recount(turns, reset.AddDays(-5)) / 50d), PerPercent(windows["seven_day"]));
        Assert.Null(PerPercent(windows["seven_day_opus"]));
    }

    [Fact]
    public async Task TokensPerPercent_OfAUserWithTwoAccounts_AreNotGuessed()
    {
        await StartAsync();
        await ReportAsync(A.Turn("s1", 0, Now.AddMinutes(-10), output: 5000));
        await ShowAsync(Account, "five_hour", 20, Now.AddHours(2));
        await ShowAsync("another-account", "five_hour", 20, Now.AddHours(2));

        Assert.All(await AccountsAsync(), account => Assert.Null(PerPercent(account.GetProperty("windows")[0])));
    }

    [Fact]
    public async Task TokensPerPercent_OfAnAccountOfTwoUsers_AreOfBoth()
    {
        await StartAsync();
        await ReportAsync(A.Turn("s1", 0, Now.AddMinutes(-10), output: 5000));
        await ShowAsync(Account, "five_hour", 20, Now.AddHours(2));
        _access = await _wire!.SignUpAsync("ben@example.org");
        using (await _wire.RegisterAsync(_access, _key))
        {
        }

        await ReportAsync(A.Turn("s2", 0, Now.AddMinutes(-10), output: 3000));
        await ShowAsync(Account, "five_hour", 20, Now.AddHours(2));

        var accounts = await AccountsAsync();
        Assert.Equal(2, accounts.Count);
        Assert.All(accounts, account => Assert.Equal(8200 / 20d, PerPercent(account.GetProperty("windows")[0])));
    }

    public async ValueTask DisposeAsync()
    {
        if (_wire is not null)
        {
            await _wire.DisposeAsync();
        }
    }

    private static long Recount(IEnumerable<TurnReport> turns, DateTimeOffset from) =>
        turns.Where(turn => turn.EndedUtc >= from).SelectMany(turn => turn.Models.Values).Sum(usage => usage.InputTokens + usage.OutputTokens);

    private static double? PerPercent(JsonElement window) =>
        window.TryGetProperty("plan_estimate", out var plan) && plan.ValueKind == JsonValueKind.Object ? plan.GetProperty("tokens_per_percent").GetDouble() : null;

    private LimitEvent Limit(string window, DateTimeOffset reset) => new() { AtUtc = Now, Window = window, ResetsAtUtc = reset, Final = true };

    private TurnReport Limited(int index, LimitEvent limit) =>
        A.Turn("s1", index, Now, outcome: TurnOutcome.Failed) with { Models = new Dictionary<string, ModelUsage>(StringComparer.Ordinal), LimitEvents = [limit] };

    private async Task StartAsync()
    {
        _wire = await Wire.StartAsync(("RATE_LIMIT_PER_MINUTE", "1000"));
        _access = await _wire.SignUpAsync(Email);
        using var registered = await _wire.RegisterAsync(_access, _key);
        Assert.Equal(200, (int)registered.StatusCode);
    }

    private async Task ReportAsync(params TurnReport[] turns) => await Wire.AssertStoredAsync(await _wire!.ReportAsync(_access, A.Batch(turns), _key));

    private async Task ShowAsync(string account, string window, double used, DateTimeOffset reset)
    {
        var reading = new ReportedReading { Window = window, UsedPercentage = used, ResetsAt = reset, ObservedAt = Now, Account = account };
        var batch = new ReadingBatch { Client = new ClientInfo { Name = "ccflux", Version = "1.0.0" }, Readings = [reading] };
        using var response = await _wire!.SendAsync(Routes.QuotaReadings, _access, Encoding.UTF8.GetBytes(JsonSerializer.Serialize(batch, QuotaJson.Default.ReadingBatch)), _key);
        Assert.Equal(200, (int)response.StatusCode);
    }

    private async Task<List<JsonElement>> AccountsAsync()
    {
        using var response = await _wire!.Receiver.Client.FetchAsync("/api/usage", bearer: RunningReceiver.ViewerToken);
        using var document = JsonDocument.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        return [.. document.RootElement.GetProperty("accounts").EnumerateArray().Select(account => account.Clone())];
    }
}
