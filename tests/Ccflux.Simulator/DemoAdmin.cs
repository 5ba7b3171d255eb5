using System.Net.Http.Headers;
using System.Text.Json.Nodes;

namespace Ccflux.Simulator;

/// <summary>The demo's admin: fills in the receiver's forms and reads its tables, as an admin's program may do.</summary>
public sealed class DemoAdmin : IDisposable
{
    private readonly HttpClient _client;

    public DemoAdmin(Uri receiver, string token)
    {
        Receiver = receiver;
        _client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = receiver, Timeout = TimeSpan.FromMinutes(5) };
        _client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        _client.DefaultRequestHeaders.Accept.ParseAdd("text/html");
    }

    public Uri Receiver { get; }

    /// <summary>Waits until the receiver answers.</summary>
    public async Task ReadyAsync(TimeProvider time, CancellationToken cancellationToken)
    {
        while (!await IsUpAsync(cancellationToken))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(250), time, cancellationToken);
        }
    }

    /// <summary>The page of an answer; empty if it redirects.</summary>
    /// <exception cref="HttpRequestException">It was refused.</exception>
    public async Task<string> PostAsync(string form, CancellationToken cancellationToken, params (string Name, string Value)[] fields)
    {
        using var body = new FormUrlEncodedContent(fields.Select(field => KeyValuePair.Create(field.Name, field.Value)));
        using var answer = await _client.PostAsync(new Uri(form, UriKind.Relative), body, cancellationToken);
        return (int)answer.StatusCode is 200 or 303
            ? await answer.Content.ReadAsStringAsync(cancellationToken)
            : throw new HttpRequestException($"{form} was answered {(int)answer.StatusCode}.", null, answer.StatusCode);
    }

    public Task<string> GetAsync(string page, CancellationToken cancellationToken) => _client.GetStringAsync(new Uri(page, UriKind.Relative), cancellationToken);

    public async Task<JsonArray> RowsAsync(string table, CancellationToken cancellationToken) =>
        JsonNode.Parse(await GetAsync($"{table}{(table.Contains('?', StringComparison.Ordinal) ? '&' : '?')}format=json", cancellationToken))!["rows"]!.AsArray();

    public void Dispose() => _client.Dispose();

    private async Task<bool> IsUpAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await _client.GetAsync(new Uri("/health", UriKind.Relative), cancellationToken);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false; // not yet
        }
    }
}
