using System.Text.Json;
using Ccflux.Contracts.Http;
using Ccflux.Contracts.Quota;
using Ccflux.Contracts.Usage;
using Ccflux.Receiver.Quota;
using Ccflux.Receiver.Quota.Alerts;
using Ccflux.Receiver.Quota.Store;
using Ccflux.Receiver.Tests.Usage.Ingest;
using Ccflux.Storage.Reading;
using Ccflux.Storage.Writing;
using Ccflux.Testing;

namespace Ccflux.Receiver.Tests.Quota;

/// <summary>However much one user reports, the alerts of others are sent.</summary>
public sealed class AlertQueueTests : IAsyncDisposable
{
    private DeviceKey _key = new();
    private Wire? _wire;
    private string _access = "";

    private DateTimeOffset Now => _wire!.Now;

    [Fact]
    public async Task User_WhoReportsMany_HasSomeAlertsAndOneDigest()
    {
        await StartAsync();

        await FloodAsync();

        Assert.Equal(AlertQueue.MaxPerSpan, Count("kind <> 'digest'"));
        Assert.Equal(1, Count("kind = 'digest'"));
        var digest = (await DueAsync(Now.AddMinutes(15))).Single(row => row.Kind is "digest");
        Assert.Equal(20 * 10 - AlertQueue.MaxPerSpan, digest.Held);
        Assert.Contains("180 more alerts", digest.ToAlert().Text, StringComparison.Ordinal);

        _wire!.Time.Leap(AlertQueue.Span + TimeSpan.FromMinutes(1));
        await PostAsync([Reading("a0", "late", 99)]);
        Assert.Equal(AlertQueue.MaxPerSpan + 1, Count("kind <> 'digest'"));
    }

    [Fact]
    public async Task PolledAccount_IsToldFirst_AndOneUserDoesNotWaitForAnother()
    {
        await StartAsync();
        await FloodAsync();
        await SignUpAsync("ben@example.org");
        _wire!.Time.Advance(TimeSpan.FromSeconds(1));
        await PostAsync([Reading("bens", "five_hour", 99)]);
        await PolledAsync(99);

        var due = await DueAsync(Now);

        Assert.Equal("polled", due[0].Account);
        Assert.Contains("ben@example.org", due.Skip(1).Take(2).Select(row => row.Account));
    }

    [Fact]
    public async Task Queue_ThatIsFullOfReports_HasRoomForWhatIsPolled()
    {
        await StartAsync();
        await PostAsync([Reading("a", "w0", 99)]);
        _wire!.ByHand($"""
            INSERT INTO quota_alerts (alert_id, account_id, window, kind, used_milli, created_at)
            WITH RECURSIVE n(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < {AlertQueue.MaxReported})
            SELECT 1000 + value, 1, 'w0', 'threshold', 99000, 0 FROM n;
            INSERT INTO quota_deliveries (alert_id, channel, state, attempts, next_at)
            SELECT alert_id, 'webhook', 'waiting', 0, 0 FROM quota_alerts WHERE alert_id > 1000;
            """);
        var before = Count("true");

        await PostAsync([Reading("a", "w1", 99)]);
        Assert.Equal(before, Count("true"));

        await PolledAsync(99);
        Assert.Equal(before + 1, Count("true"));
    }

    public async ValueTask DisposeAsync()
    {
        if (_wire is not null)
        {
            await _wire.DisposeAsync();
        }
    }

    private async Task StartAsync()
    {
        // Nobody listens: notifications wait.
        _wire = await Wire.StartAsync(
            ("RATE_LIMIT_PER_MINUTE", "1000"), ("ALERT_WEBHOOK_URL", "http://127.0.0.1:1/hook"), ("ALLOW_PRIVATE_WEBHOOKS", "1"), ("ALERT_THRESHOLDS", "80"), ("ALERT_FORECAST", "0"));
        await SignUpAsync("amara@example.org");
    }

    private async Task SignUpAsync(string email)
    {
        _key = new DeviceKey();
        _access = await _wire!.SignUpAsync(email);
        using var registered = await _wire.RegisterAsync(_access, _key);
        Assert.Equal(200, (int)registered.StatusCode);
    }

    private async Task FloodAsync()
    {
        await PostAsync([.. Enumerable.Range(0, 20).SelectMany(account => Enumerable.Range(0, 10).Select(window => Reading($"a{account}", $"w{window}", 99)))]);
    }

    private async Task PolledAsync(double used)
    {
        QuotaAccountId id = default;
        await _wire!.Receiver.Service<GroupCommitWriter>().WriteAsync(session =>
        {
            id = AccountWriter.Upsert(session, new AccountIdentity("polled", AccountIdentity.Polled, QuotaSource.OAuth, "polled", ""), Now);
            return ReadingWriter.Write(session, id, QuotaSource.OAuth, [new Reading("five_hour", (long)(used * 1000), Now.AddHours(3), Now)]);
        });
        await _wire.Receiver.Service<AlertWatch>().ReadingsStoredAsync(id);
    }

    private ReportedReading Reading(string account, string window, double used) =>
        new() { Account = account, Window = window, UsedPercentage = used, ObservedAt = Now };

    private async Task PostAsync(ReportedReading[] readings)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(new ReadingBatch { Client = new ClientInfo { Name = "ccflux", Version = "1.0.0" }, Readings = readings }, QuotaJson.Default.ReadingBatch);
        using var response = await _wire!.SendAsync(Routes.QuotaReadings, _access, body, _key);
        Assert.Equal(200, (int)response.StatusCode);
    }

    private async Task<List<AlertRow>> DueAsync(DateTimeOffset at)
    {
        using var session = await _wire!.Receiver.Service<ReadSessions>().OpenAsync(TestContext.Current.CancellationToken);
        return session.List(AlertSql.Due, AlertRow.Read, ("now", at.ToUnixTimeMilliseconds()), ("limit", 100));
    }

    private long Count(string condition) => _wire!.Scalar<long>($"SELECT count(*) FROM quota_alerts WHERE {condition}");
}
