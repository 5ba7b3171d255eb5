using System.Globalization;
using System.Text.Json;
using Ccflux.Receiver.Identity.Users;
using Ccflux.Receiver.Platform.Memory;
using Ccflux.Receiver.Quota;
using Ccflux.Receiver.Quota.Alerts;
using Ccflux.Receiver.Quota.Polling;
using Ccflux.Receiver.Quota.Sources;
using Ccflux.Receiver.Tests.Hosting;
using Ccflux.Simulator;
using Ccflux.Testing;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;

namespace Ccflux.Receiver.Tests.Quota;

/// <summary>A receiver and the simulated vendor that it polls, on one clock that only the test moves.</summary>
internal sealed class QuotaRig : IAsyncDisposable
{
    private const string Memory = "/dev/shm";

    // Most of a simulated day would be looks that find nothing.
    private static readonly TimeSpan s_discovery = TimeSpan.FromMinutes(1);

    // A request to a channel is given up after 15 s: while one is sent, the clock must not move that far.
    private static readonly TimeSpan s_delivery = TimeSpan.FromSeconds(10);
    private static readonly Type[] s_without = [typeof(ManualTokenHasher), typeof(IdleMemoryTrimmer)];

    private readonly SimulatorHandler _handler;
    private readonly QuotaIntervals _intervals;
    private readonly (string Key, string? Value)[] _settings;

    private QuotaRig(
        ManualTime time, SimulatedUpstream upstream, SimulatorHandler handler, RunningReceiver receiver, QuotaIntervals intervals, (string Key, string? Value)[] settings)
    {
        Time = time;
        Upstream = upstream;
        _handler = handler;
        Receiver = receiver;
        _intervals = intervals;
        _settings = settings;
    }

    public ManualTime Time { get; }

    public SimulatedUpstream Upstream { get; }

    public RunningReceiver Receiver { get; private set; }

    public Poller Poller => Receiver.Service<Poller>();

    /// <summary>Account 1 is polled with cookies, the others with tokens; with <paramref name="cookies"/> false, all with tokens.</summary>
    /// <param name="accounts">Number of accounts.</param>
    /// <param name="cookies">Whether account 1 is polled with cookies.</param>
    /// <param name="delivery">Between looks for alerts that are due; null for an interval at which <see cref="DeliverUntilAsync"/> works.</param>
    /// <param name="settings">Further settings.</param>
    public static async Task<QuotaRig> StartAsync(int accounts = 1, bool cookies = true, TimeSpan? delivery = null, params (string Key, string? Value)[] settings)
    {
        var time = new ManualTime();
        var upstream = new SimulatedUpstream(accounts, time);
        var folder = NewFolder();
        (string Key, string? Value)[] all =
        [
            ("ENV_FILE", Path.Combine(folder, ".env")),
            ("CLAUDE_SESSION_KEY", cookies ? upstream.Accounts[0].SessionKey : null),
            ("CLAUDE_ORG_ID", cookies ? upstream.Accounts[0].OrganizationId : null),
            .. settings,
        ];
        var handler = new SimulatorHandler(upstream, time);
        var intervals = new QuotaIntervals(s_discovery, delivery ?? s_delivery);
        var receiver = await StartReceiverAsync(folder, time, upstream, handler, cookies ? 1 : 0, intervals, all);
        return new QuotaRig(time, upstream, handler, receiver, intervals, all);
    }

    /// <summary>A folder for a database, in memory if possible: a simulated day has thousands of commits.</summary>
    public static string NewFolder() => Directory.Exists(Memory)
        ? Directory.CreateDirectory(Path.Combine(Memory, $"ccflux-test-{Guid.NewGuid():N}")).FullName
        : Directory.CreateTempSubdirectory("ccflux-test-").FullName;

    /// <summary>Moves the clock from timer to timer and lets the work that each started finish.</summary>
    public async Task PassAsync(TimeSpan time)
    {
        var end = Time.GetUtcNow() + time;
        while (Time.AdvanceToNextTimer(end))
        {
            await SettleAsync();
        }

        await SettleAsync();
    }

    /// <summary>Moves the clock until a condition that deliveries of alerts make true: at once to the next delivery that is due, then look by look. After
    /// each look the clock stands still until what the look found was sent.</summary>
    public async Task DeliverUntilAsync(Func<bool> isSo)
    {
        using var deadline = new CancellationTokenSource(TestDeadline.Ample);
        while (!isSo())
        {
            var next = Query("SELECT min(next_at) FROM quota_deliveries WHERE state = 'waiting'", row => row.IsDBNull(0) ? 0 : row.GetInt64(0))[0];
            await PassAsync(TimeSpan.FromMilliseconds(Math.Max(0, next - Time.GetUtcNow().ToUnixTimeMilliseconds())));
            var (attempts, due) = Deliveries();
            await PassAsync(_intervals.Delivery);
            while (!isSo() && Deliveries().Attempts < attempts + Math.Min(due, AlertDelivery.AtOnce))
            {
                await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, deadline.Token);
            }
        }
    }

    /// <summary>How many attempts of deliveries have ended, or were given up before one, and how many deliveries are due.</summary>
    private (long Attempts, int Due) Deliveries() => Query(
        $"SELECT coalesce(sum(attempts + (state = 'outdated') - (state = 'waiting' AND attempts > 0 AND error IS NULL)), 0), count(CASE WHEN state = 'waiting' AND next_at <= {Time.GetUtcNow().ToUnixTimeMilliseconds()} THEN 1 END) FROM quota_deliveries",
        row => (row.GetInt64(0), row.GetInt32(1)))[0];

    /// <summary>Waits for everything that does not itself wait for the clock.</summary>
    private async Task SettleAsync()
    {
        var settled = Poller.WhenIdleAsync();
        while (!settled.IsCompleted && _handler.Waiting < Poller.Running)
        {
            if (_handler.Waiting == 0)
            {
                await Task.WhenAny(settled, Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System));
            }
            else
            {
                await Task.Yield();
            }
        }
    }

    /// <summary>Ends the process and starts another one on the same database.</summary>
    /// <param name="after">How long no process runs.</param>
    /// <param name="meanwhile">Called meanwhile.</param>
    public async Task RestartAsync(TimeSpan after, Action? meanwhile = null)
    {
        await Receiver.StopAsync();
        Time.Advance(after);
        meanwhile?.Invoke();
        Receiver = await StartReceiverAsync(Receiver.Folder, Time, Upstream, _handler, 1, _intervals, _settings);
        await Poller.WhenIdleAsync();
    }

    public async Task<JsonElement> GetAsync(string path)
    {
        using var response = await Receiver.Client.FetchAsync(path, bearer: RunningReceiver.ViewerToken);
        response.EnsureSuccessStatusCode();
        using var document = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        return document.RootElement.Clone();
    }

    public List<T> Query<T>(string sql, Func<SqliteDataReader, T> read)
    {
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = Receiver.DatabasePath, Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ToString());
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var rows = new List<T>();
        while (reader.Read())
        {
            rows.Add(read(reader));
        }

        return rows;
    }

    public ValueTask DisposeAsync() => Receiver.DisposeAsync();

    private static Task<RunningReceiver> StartReceiverAsync(
        string folder, ManualTime time, SimulatedUpstream upstream, SimulatorHandler handler, int byCookies, QuotaIntervals intervals, (string Key, string? Value)[] settings) =>
        RunningReceiver.StartAsync(
            services =>
            {
                var random = new Random(1);
                services.AddSingleton<PollJitter>(random.NextDouble);
                services.AddSingleton(intervals);
                services.AddSingleton(_ => new UpstreamHttp(handler));
                services.AddSingleton<IQuotaTargets>(new SimulatedTargets(upstream, byCookies));
            },
            s_without,
            folder,
            time,
            settings);

    /// <summary>The simulator's accounts, as a capability that stores tokens would provide them.</summary>
    private sealed class SimulatedTargets(SimulatedUpstream upstream, int skip) : IQuotaTargets
    {
        public ValueTask<IReadOnlyList<OAuthAccount>> AccountsAsync(CancellationToken cancellationToken) =>
            ValueTask.FromResult<IReadOnlyList<OAuthAccount>>(
                [.. upstream.Accounts.Skip(skip).Select(account => new OAuthAccount(account.Id, $"seat {account.Number}", $"seat{account.Number}@example.org", account.AccessToken.Length.ToString(CultureInfo.InvariantCulture)))]);

        public ValueTask<string?> AccessTokenAsync(string accountKey, CancellationToken cancellationToken) =>
            ValueTask.FromResult(upstream.Accounts.FirstOrDefault(account => string.Equals(account.Id, accountKey, StringComparison.Ordinal))?.AccessToken);
    }
}
