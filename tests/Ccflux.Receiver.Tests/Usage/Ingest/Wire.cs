using System.IO.Compression;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Ccflux.Contracts.Http;
using Ccflux.Contracts.Usage;
using Ccflux.Receiver.Identity.Users;
using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Tests.Hosting;
using Ccflux.Testing;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Ccflux.Receiver.Tests.Usage.Ingest;

/// <summary>A running receiver, with one-line methods for its requests.</summary>
internal sealed class Wire : IAsyncDisposable
{
    private Wire(RunningReceiver receiver, ManualTime time)
    {
        Receiver = receiver;
        Time = time;
    }

    public RunningReceiver Receiver { get; }

    public ManualTime Time { get; }

    public DateTimeOffset Now => Time.GetUtcNow();

    public static async Task<Wire> StartAsync(params (string Key, string? Value)[] settings)
    {
        var time = new ManualTime();
        return new Wire(await RunningReceiver.StartAsync(time, settings), time);
    }

    /// <summary>The same for a receiver that is already running and is disposed elsewhere.</summary>
    public static Wire Of(RunningReceiver receiver, ManualTime time) => new(receiver, time);

    /// <summary>Adds a user and returns the refresh token.</summary>
    public async Task<string> AddUserAsync(string email = "amara@example.org")
    {
        var result = await Receiver.Service<UserAdministration>().AddAsync(Actor.System, email, "R&D");
        Assert.True(result.IsOk, result.Message);
        return result.Token!;
    }

    /// <summary>Adds a user and returns an access token.</summary>
    public async Task<string> SignUpAsync(string email = "amara@example.org") => await AccessAsync(await AddUserAsync(email));

    public async Task<string> AccessAsync(string refresh)
    {
        using var response = await TokenAsync(refresh);
        Assert.Equal(200, (int)response.StatusCode);
        var reply = JsonSerializer.Deserialize(await response.Content.ReadAsByteArrayAsync(), AuthJson.Default.TokenReply);
        return reply!.AccessToken;
    }

    public Task<HttpResponseMessage> TokenAsync(string? refresh) => SendAsync(Routes.Token, refresh, []);

    public Task<HttpResponseMessage> RegisterAsync(string access, DeviceKey key, string name = "laptop", DeviceKey? signer = null)
    {
        var body = Encoding.UTF8.GetBytes(JsonSerializer.Serialize(
            new RegisterKeyRequest { PublicKey = key.PublicKey, DeviceId = name }, AuthJson.Default.RegisterKeyRequest));
        return SendAsync(Routes.RegisterKey, access, body, signer);
    }

    public Task<HttpResponseMessage> ReportAsync(string? access, RequestBatch batch, DeviceKey? key = null, DateTimeOffset? signedAt = null) =>
        SendAsync(Routes.Report, access, JsonSerializer.SerializeToUtf8Bytes(batch, UsageJson.Default.RequestBatch), key, signedAt);

    public Task<HttpResponseMessage> ReportAsync(string? access, string body, DeviceKey? key = null) =>
        SendAsync(Routes.Report, access, Encoding.UTF8.GetBytes(body), key);

    public Task<HttpResponseMessage> SendAsync(
        string route, string? bearer, byte[] body, DeviceKey? key = null, DateTimeOffset? signedAt = null, string? encoding = null, Action<HttpRequestMessage>? change = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(route, UriKind.Relative)) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        if (encoding is not null)
        {
            request.Content.Headers.ContentEncoding.Add(encoding);
        }

        if (bearer is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", bearer);
        }

        if (key is not null)
        {
            var timestamp = SignatureHeader.FormatTimestamp(signedAt ?? Now);
            request.Headers.Add(SignatureHeader.Name, key.Header(body, timestamp));
            request.Headers.Add(SignatureHeader.TimestampName, timestamp);
        }

        change?.Invoke(request);
        return Receiver.Client.SendAsync(request);
    }

    public static byte[] Gzip(byte[] plain)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal))
        {
            gzip.Write(plain);
        }

        return packed.ToArray();
    }

    /// <summary>Asserts that the refusal is the documented one: status, code, problem.</summary>
    public static async Task<string> AssertRefusedAsync(HttpResponseMessage response, int status, string code)
    {
        var text = await response.Content.ReadAsStringAsync();
        Assert.Equal($"{status} {code}", $"{(int)response.StatusCode} {Header(response, ErrorCodes.Header)}");
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal(status, JsonDocument.Parse(text).RootElement.GetProperty("status").GetInt32());
        Assert.DoesNotContain("   at ", text, StringComparison.Ordinal);
        response.Dispose();
        return text;
    }

    public static async Task<ReportReply> AssertStoredAsync(HttpResponseMessage response)
    {
        Assert.Equal("200 ", $"{(int)response.StatusCode} {Header(response, ErrorCodes.Header)}");
        var reply = JsonSerializer.Deserialize(await response.Content.ReadAsByteArrayAsync(), UsageJson.Default.ReportReply)!;
        response.Dispose();
        return reply;
    }

    public static string Header(HttpResponseMessage response, string name) => response.Headers.TryGetValues(name, out var values) ? string.Join(',', values) : "";

    public T Scalar<T>(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={Receiver.DatabasePath};Mode=ReadOnly;Pooling=False");
        return connection.ExecuteScalar<T>(sql)!;
    }

    /// <summary>Rows as text: values separated by bars.</summary>
    public IReadOnlyList<string> Rows(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={Receiver.DatabasePath};Mode=ReadOnly;Pooling=False");
        return [.. connection.Query(sql).Select(row => string.Join('|', ((IDictionary<string, object>)row).Values))];
    }

    /// <summary>Runs SQL alongside the running receiver, as an admin does manually.</summary>
    public void ByHand(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={Receiver.DatabasePath};Pooling=False");
        connection.Execute(sql);
    }

    public ValueTask DisposeAsync() => Receiver.DisposeAsync();
}
