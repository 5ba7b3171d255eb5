using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Ccflux.Contracts.Usage;
using Ccflux.Receiver.Identity.Users;
using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Tests.Hosting;
using Ccflux.Testing;
using Microsoft.Data.Sqlite;

namespace Ccflux.Receiver.Tests.Secrets;

/// <summary>Plants marked secrets, uses them correctly and incorrectly everywhere, and searches for them in everything that the receiver wrote.</summary>
public sealed class SecretsTests
{
    private const string AdminToken = "MARK-admin/token+with=odd&chars-7f3a";
    private const string ViewerToken = "MARK-viewer/token+with=odd&chars-91bc";
    private const string MetricsToken = "MARK-metrics-token-5d20aa";
    private const string HandInserted = "MARK-refresh/inserted+by=hand-c0ffee";

    private readonly List<(string Where, byte[] Content)> _written = [];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void SecretForms_EveryForm_IsFound()
    {
        var secret = new SecretForms("token", AdminToken);

        foreach (var text in new[] { AdminToken, Uri.EscapeDataString(AdminToken), Convert.ToBase64String(Encoding.UTF8.GetBytes("ab" + AdminToken + "yz")) })
        {
            Assert.NotEmpty(secret.FindIn(Encoding.UTF8.GetBytes("before " + text + " after")));
        }

        Assert.Empty(secret.FindIn("MARK-admin/token"u8.ToArray()));
    }

    [Fact]
    public async Task Secrets_UsedAndMisused_AreInNothingThatIsWritten()
    {
        await using var receiver = await RunningReceiver.StartAsync(null, ("ADMIN_TOKEN", AdminToken), ("VIEWER_TOKEN", ViewerToken), ("METRICS_TOKEN", MetricsToken), ("SIGN_IN_ATTEMPTS", "500"));
        var seed = Encoding.ASCII.GetBytes("MARK-device-key-seed-of-32-bytes");
        var device = new DeviceKey(seed);
        var refresh = (await receiver.Service<UserAdministration>().AddAsync(Actor.Cli, "amara@example.org", "Design")).Token!;
        var access = await ExchangeAsync(receiver, refresh);
        InsertByHand(receiver);
        var cookie = (await receiver.SignInAsync(AdminToken)).Split('=', 2)[1];

        await ReportAsync(receiver, device, access);
        await MisuseAsync(receiver, [AdminToken, ViewerToken, refresh, access, cookie]);
        await LookEverywhereAsync(receiver, cookie);
        await WaitUntilHashedAsync(receiver);
        CollectFiles(receiver);
        _written.Add(("log", Encoding.UTF8.GetBytes(string.Join('\n', receiver.LogLines))));

        SecretForms[] secrets =
        [
            new("admin token", AdminToken), new("viewer token", ViewerToken), new("metrics token", MetricsToken), new("refresh token", refresh),
            new("hand-inserted token", HandInserted), new("access token", access), new("session cookie", cookie), new("device key", seed),
        ];
        Assert.Empty(from written in _written from secret in secrets from found in secret.FindIn(written.Content) select $"{found} in {written.Where}");
        Assert.True(_written.Count > 40);
        Assert.Contains(_written, written => written.Where.EndsWith("ccflux.db", StringComparison.Ordinal) && written.Content.AsSpan().IndexOf("amara@example.org"u8) >= 0);
    }

    private static async Task<string> ExchangeAsync(RunningReceiver receiver, string refresh)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("/token", UriKind.Relative));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", refresh);
        using var answer = await receiver.Client.SendAsync(request, Cancellation);
        using var body = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Cancellation));
        return body.RootElement.GetProperty("access_token").GetString()!;
    }

    private static void InsertByHand(RunningReceiver receiver)
    {
        using var connection = new SqliteConnection($"Data Source={receiver.DatabasePath};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA secure_delete = ON; INSERT INTO refresh_tokens (token, email, expires_at) VALUES ($token, 'by.hand@example.org', datetime('now', '+365 days'))";
        command.Parameters.AddWithValue("$token", HandInserted);
        command.ExecuteNonQuery();
    }

    private async Task ReportAsync(RunningReceiver receiver, DeviceKey device, string access)
    {
        var registration = Encoding.UTF8.GetBytes($$"""{"public_key":"{{device.PublicKey}}","device_id":"laptop"}""");
        Assert.Equal(HttpStatusCode.OK, await PostSignedAsync(receiver, "/register-key", registration, device, access));
        var report = JsonSerializer.SerializeToUtf8Bytes(A.Batch(A.Turn("s1", 0, DateTimeOffset.UtcNow.AddMinutes(-1))), UsageJson.Default.RequestBatch);
        Assert.Equal(HttpStatusCode.OK, await PostSignedAsync(receiver, "/report", report, device, access));
        Assert.Equal(HttpStatusCode.BadRequest, await PostSignedAsync(receiver, "/report", Encoding.UTF8.GetBytes($$"""{"token":"{{access}}"}"""), device, access));
    }

    private async Task<HttpStatusCode> PostSignedAsync(RunningReceiver receiver, string path, byte[] body, DeviceKey device, string access)
    {
        var timestamp = DateTimeOffset.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture);
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(path, UriKind.Relative)) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", access);
        request.Headers.Add("X-CCFLUX-Signature", device.Header(body, timestamp));
        request.Headers.Add("X-CCFLUX-Timestamp", timestamp);
        return await KeepAsync("POST " + path, receiver.Client.SendAsync(request, Cancellation));
    }

    /// <summary>Uses each secret in the place of another: as a bearer token on every route, as a field, in a URL, as a cookie.</summary>
    private async Task MisuseAsync(RunningReceiver receiver, string[] secrets)
    {
        foreach (var secret in secrets)
        {
            foreach (var path in new[] { "/token", "/report", "/register-key" })
            {
                await KeepAsync($"misused {path}", receiver.Client.PostFormAsync(path, [new("token", secret)], null, secret));
            }

            var escaped = Uri.EscapeDataString(secret);
            await KeepAsync("misused /nowhere", receiver.Client.FetchAsync($"/nowhere/{escaped}?token={escaped}", "ccflux_admin=" + escaped, null, "text/html"));
            await KeepAsync("misused /admin/", receiver.Client.FetchAsync("/admin/", "ccflux_admin=wrong" + escaped, secret + "x", "text/html"));
            await KeepAsync("misused /metrics", receiver.Client.FetchAsync("/metrics", null, secret + "x"));
            await KeepAsync("misused sign-in", receiver.Client.PostFormAsync("/admin/login", [new("token", secret + "x")]));
        }
    }

    private async Task LookEverywhereAsync(RunningReceiver receiver, string cookie)
    {
        var session = "ccflux_admin=" + cookie;
        await KeepAsync("/metrics", receiver.Client.FetchAsync("/metrics", null, MetricsToken));
        foreach (var path in new[] { "/health", "/", "/admin/", "/admin/?export", "/admin/login", "/admin/users/amara@example.org", "/admin/users/add", "/docs/", "/docs/start.js", "/docs/v1.json" })
        {
            await KeepAsync(path, receiver.Client.FetchAsync(path, session, null, "text/html"));
        }

        using var document = JsonDocument.Parse(await receiver.Client.GetStringAsync(new Uri("/docs/v1.json", UriKind.Relative), session));
        foreach (var path in document.RootElement.GetProperty("paths").EnumerateObject().Where(path => path.Value.TryGetProperty("get", out _) && path.Name.StartsWith("/api/", StringComparison.Ordinal)))
        {
            var address = path.Name.Replace("{email}", "amara@example.org", StringComparison.Ordinal);
            Assert.Equal(HttpStatusCode.OK, await KeepAsync(address, receiver.Client.FetchAsync(address, session)));
            await KeepAsync(address + " csv", receiver.Client.FetchAsync(address + "?format=csv", session));
        }
    }

    private async Task<HttpStatusCode> KeepAsync(string where, Task<HttpResponseMessage> sending)
    {
        using var answer = await sending;
        // A redirect to the sign-in page repeats the requested URL, whatever is in it.
        var head = answer.Headers.Where(header => header.Key != "Location").Concat(answer.Content.Headers).SelectMany(header => header.Value.Prepend(header.Key));
        _written.Add((where, [.. Encoding.UTF8.GetBytes(string.Join('\n', head)), .. await answer.Content.ReadAsByteArrayAsync(Cancellation)]));
        return answer.StatusCode;
    }

    /// <summary>Waits until a manually inserted token is hashed, and its plain text gone from database and log: within seconds.</summary>
    private static async Task WaitUntilHashedAsync(RunningReceiver receiver)
    {
        using var deadline = new CancellationTokenSource(TestDeadline.Ample);
        while (Files(receiver).Any(file => new SecretForms("", HandInserted).FindIn(file.Content).Any()) && !deadline.IsCancellationRequested)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), Cancellation);
        }
    }

    private void CollectFiles(RunningReceiver receiver) => _written.AddRange(Files(receiver));

    private static IEnumerable<(string Where, byte[] Content)> Files(RunningReceiver receiver) => Directory.GetFiles(receiver.Folder).Select(file =>
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return (file, copy.ToArray());
    });
}
