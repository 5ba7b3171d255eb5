using System.Net.Http.Headers;
using Ccflux.Receiver.Telemetry.Receive.Normalize;
using Ccflux.Receiver.Tests.Hosting;
using Ccflux.Testing;
using Dapper;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;

namespace Ccflux.Receiver.Tests.Telemetry;

/// <summary>A receiver that accepts telemetry with an organisation's token, at the time when the fixtures were recorded.</summary>
internal sealed class OtlpHost : IAsyncDisposable
{
    public const string Token = "organisation-token-for-tests";

    private OtlpHost(RunningReceiver receiver, ManualTime time)
    {
        Receiver = receiver;
        Time = time;
    }

    public RunningReceiver Receiver { get; private set; }

    public ManualTime Time { get; }

    public static Task<OtlpHost> StartAsync(params (string Key, string? Value)[] settings) => StartAsync((_, _) => { }, settings);

    /// <param name="add">Adds the test's services to the receiver's.</param>
    /// <param name="settings">Settings, as they would be in the environment.</param>
    public static async Task<OtlpHost> StartAsync(Action<IServiceCollection, ManualTime> add, params (string Key, string? Value)[] settings)
    {
        var time = new ManualTime(new DateTimeOffset(2026, 11, 21, 12, 0, 0, TimeSpan.Zero));
        var folder = Directory.CreateTempSubdirectory("ccflux-test-").FullName;
        var receiver = await RunningReceiver.StartAsync(services => add(services, time), folder, time, [("OTLP_TOKEN", Token), .. settings]);
        return new OtlpHost(receiver, time);
    }

    /// <summary>Stops the receiver and starts another one on its database, with different settings.</summary>
    public async Task RestartAsync(params (string Key, string? Value)[] settings)
    {
        await Receiver.StopAsync();
        Receiver = await RunningReceiver.StartAsync(_ => { }, Receiver.Folder, Time, [("OTLP_TOKEN", Token), .. settings]);
    }

    public static string FixtureFolder(string run) => Path.Combine(AppContext.BaseDirectory, "fixtures", "otlp", run);

    /// <summary>A run's bodies in the order in which they were sent.</summary>
    public static IEnumerable<string> Fixtures(string run) => Directory.EnumerateFiles(FixtureFolder(run)).Order(StringComparer.Ordinal);

    public static string SignalOf(string path) =>
        path.Contains("logs", StringComparison.Ordinal) ? "logs" : path.Contains("metrics", StringComparison.Ordinal) ? "metrics" : "traces";

    public static bool IsOf(string signal, string path) => string.Equals(SignalOf(path), signal, StringComparison.Ordinal);

    public Task<HttpResponseMessage> PostJsonAsync(string signal, string json, string? token = Token) =>
        PostAsync(signal, System.Text.Encoding.UTF8.GetBytes(json), "application/json", token);

    public async Task<HttpResponseMessage> PostAsync(string signal, byte[] body, string contentType, string? token = Token, string? encoding = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri($"/v1/{signal}", UriKind.Relative));
        request.Content = new ByteArrayContent(body);
        request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
        if (encoding is not null)
        {
            request.Content.Headers.ContentEncoding.Add(encoding);
        }

        if (token is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        return await Receiver.Client.SendAsync(request);
    }

    /// <summary>Sends a run's bodies, all or those of one signal, and asserts that each is fully accepted.</summary>
    public async Task ReplayAsync(string run, string? onlySignal = null)
    {
        foreach (var path in Fixtures(run).Where(path => onlySignal is null || IsOf(onlySignal, path)))
        {
            var type = path.EndsWith(".json", StringComparison.Ordinal) ? "application/json" : "application/x-protobuf";
            using var response = await PostAsync(SignalOf(path), await File.ReadAllBytesAsync(path), type);
            var answer = await response.Content.ReadAsStringAsync();
            Assert.True(response.IsSuccessStatusCode, answer);
            Assert.True(answer is "{}" or "", answer);
        }
    }

    public static Task<string> TextOfAsync(HttpResponseMessage response) => response.Content.ReadAsStringAsync();

    public static Task<byte[]> BytesOfAsync(string path) => File.ReadAllBytesAsync(path);

    public T Scalar<T>(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={Receiver.DatabasePath};Mode=ReadOnly;Pooling=False");
        return connection.ExecuteScalar<T>(sql)!;
    }

    public IReadOnlyList<T> Query<T>(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={Receiver.DatabasePath};Mode=ReadOnly;Pooling=False");
        return connection.Query<T>(sql).AsList();
    }

    /// <summary>The sums of each model, by name, from the rollups.</summary>
    public Dictionary<string, RequestSums> Counted(string table = "telemetry_hours") => Query<ModelRow>($"""
        SELECT n.name AS Model, sum(input_tokens) AS Input, sum(output_tokens) AS Output, sum(cache_read_tokens) AS CacheRead, sum(cache_write_tokens) AS CacheWrite, sum(cost) AS Cost
        FROM {table} JOIN telemetry_names n ON n.name_id = model_id WHERE source IN ('events', 'metrics')
        GROUP BY n.name HAVING sum(input_tokens) + sum(cost) > 0
        """).ToDictionary(row => row.Model, row => new RequestSums(row.Input, row.Output, row.CacheRead, row.CacheWrite, row.Cost), StringComparer.Ordinal);

    public ValueTask DisposeAsync() => Receiver.DisposeAsync();

    private sealed record ModelRow(string Model, long Input, long Output, long CacheRead, long CacheWrite, long Cost);
}
