using System.Net;
using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Tests.Hosting;
using Ccflux.Receiver.Tests.Usage.Ingest;
using Ccflux.Storage.Reading;
using Ccflux.Testing;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Ccflux.Receiver.Tests.Platform.Http;

/// <summary>Reads that do not end: a table is replaced by an endless view, so that nothing depends on the machine's speed.</summary>
public sealed class ReadLimitsTests
{
    private const string Endless = """
        ALTER TABLE tiers RENAME TO tiers_kept;
        CREATE VIEW tiers AS
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)
        SELECT i AS user_id, '' AS label, 0 AS peak_tokens, '' AS method, 0 AS window_count, 0 AS updated_at, NULL AS limit_hit_at FROM n WHERE i < 0
        """;

    private const string Mended = "DROP VIEW tiers; ALTER TABLE tiers_kept RENAME TO tiers";

    /// <summary>Half a minute at least.</summary>
    private const int MaxAttempts = 3000;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Reads_WithoutEnd_AreGivenUpInWords_WhileEverythingElseAnswers()
    {
        await using var wire = await Wire.StartAsync(("READ_TIMEOUT_SECONDS", "7"));
        var refresh = await wire.AddUserAsync();
        var access = await wire.AccessAsync(refresh);
        Run(wire, Endless);
        var client = wire.Receiver.Client;
        var page = client.FetchAsync("/admin/", bearer: RunningReceiver.ViewerToken, accept: "text/html");
        var api = client.FetchAsync("/api/v1/users/amara%40example.org/sessions", bearer: RunningReceiver.ViewerToken);
        await UntilTheyReadAsync(wire, "viewer");
        var ofAdmin = Enumerable.Range(0, ReadSessions.MaxRequests - ReadSessions.MaxOfCaller).Select(_ => client.FetchAsync("/api/v1/users", bearer: RunningReceiver.AdminToken)).ToList();
        await UntilTheyReadAsync(wire, "admin");
        var more = Enumerable.Range(0, 4).Select(_ => client.FetchAsync("/api/v1/users", bearer: RunningReceiver.ViewerToken)).ToList();

        // No reader for requests is left. Callers are still authenticated, health is reported, reports are accepted.
        Assert.Equal(HttpStatusCode.OK, (await client.FetchAsync("/health")).StatusCode);
        Assert.NotEmpty(await wire.Receiver.SignInAsync());
        Assert.Equal(HttpStatusCode.OK, (await wire.TokenAsync(refresh)).StatusCode);
        await Wire.AssertStoredAsync(await wire.ReportAsync(access, A.Batch(A.Turn("s", 0, wire.Now))));

        var all = Task.WhenAll([page, api, .. ofAdmin, .. more]);
        await EndAsync(wire, all);

        var (shown, told) = (await page, await api);
        Assert.Equal("503 30", $"{(int)shown.StatusCode} {shown.Headers.RetryAfter}");
        Assert.Contains("READ_TIMEOUT_SECONDS", await shown.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
        Assert.Equal("text/html", shown.Content.Headers.ContentType!.MediaType);
        await Wire.AssertRefusedAsync(told, 503, "busy");
        foreach (var answer in ofAdmin.Concat(more).Select(task => task.Result))
        {
            // Whether its own reads or those of others were in the way when its time was up: the caller is asked to retry.
            Assert.Contains((int)answer.StatusCode, (int[])[429, 503]);
            Assert.NotNull(answer.Headers.RetryAfter);
        }

        Assert.DoesNotContain(wire.Receiver.LogLines, line => line.StartsWith("Error", StringComparison.Ordinal) && line.Contains("failed", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Reads_WhoseCallerLeft_GiveTheirReadersBack()
    {
        await using var wire = await Wire.StartAsync();
        await wire.AddUserAsync();
        Run(wire, Endless);
        using (var leaving = wire.Receiver.NewClient())
        {
            leaving.DefaultRequestHeaders.Authorization = new("Bearer", RunningReceiver.ViewerToken);
            using var left = new CancellationTokenSource();
            var reads = Enumerable.Range(0, ReadSessions.MaxOfCaller).Select(_ => leaving.GetAsync(new Uri("/api/v1/users", UriKind.Relative), left.Token)).ToList();

            await UntilTheyReadAsync(wire, "viewer");
            await left.CancelAsync();
            foreach (var read in reads)
            {
                await Assert.ThrowsAnyAsync<OperationCanceledException>(() => read);
            }
        }

        Run(wire, Mended);

        // The clock stands still: only their leaving can have ended them.
        using var answer = await wire.Receiver.Client.FetchAsync("/api/v1/users", bearer: RunningReceiver.ViewerToken);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task Export_HasFourTimesAsLong()
    {
        await using var wire = await Wire.StartAsync(("READ_TIMEOUT_SECONDS", "10"));
        await wire.AddUserAsync();
        Run(wire, Endless);
        var export = wire.Receiver.Client.FetchAsync("/admin/?export", bearer: RunningReceiver.AdminToken);
        var page = wire.Receiver.Client.FetchAsync("/admin/", bearer: RunningReceiver.AdminToken);
        await UntilTheyReadAsync(wire, "admin");

        wire.Time.Advance(TimeSpan.FromSeconds(10));
        // 429 if the read that ended it was waiting for the readers that the export and the page use themselves.
        Assert.Contains((await page).StatusCode, new[] { HttpStatusCode.ServiceUnavailable, HttpStatusCode.TooManyRequests });
        Assert.False(export.IsCompleted);
        wire.Time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await export).StatusCode);
    }

    /// <summary>Moves the clock until the requests have ended: a request that has not arrived yet counts from when it does.</summary>
    private static async Task EndAsync(Wire wire, Task requests)
    {
        while (!requests.IsCompleted)
        {
            wire.Time.Advance(TimeSpan.FromSeconds(1));
            // A request that has not started to read needs real time to get there, or the clock would run far ahead of it.
            await Task.WhenAny(requests, Task.Delay(20, Cancellation));
        }

        await requests;
    }

    /// <summary>Waits until one caller's whole share is in use: then one more read does not get a reader at once.</summary>
    private static async Task UntilTheyReadAsync(Wire wire, string token)
    {
        var readers = wire.Receiver.Service<ReadSessions>();
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            using var scope = ReadScope.Open($"{ActorKind.BreakGlass} {token}@127.0.0.1", isPrivileged: true, Cancellation);
            using var patience = new CancellationTokenSource();
            var reading = readers.OpenAsync(patience.Token);
            if (!reading.IsCompleted)
            {
                await patience.CancelAsync();
                await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
                return;
            }

            (await reading).Dispose();
            // There is no signal when a request gets its reader, so this polls; not in a tight loop, which would keep the request from getting there.
            await Task.Delay(10, Cancellation);
        }

        Assert.Fail($"The {token}'s requests did not use all their readers.");
    }

    private static void Run(Wire wire, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={wire.Receiver.DatabasePath};Pooling=False");
        connection.Execute(sql);
    }
}
