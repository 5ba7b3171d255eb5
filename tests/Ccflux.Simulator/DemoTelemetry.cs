using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Ccflux.Simulator;

/// <summary>The demo's telemetry: for some users what their clients would have sent for the existing turns, and from then on a trickle of
/// what the fleet's sessions do.</summary>
public sealed partial class DemoTelemetry(DemoAdmin admin, DemoFleet fleet, TimeProvider time) : IDisposable
{
    /// <summary>Number of the first user's latest turns to send: some weeks. One fewer for each further user.</summary>
    private const int Turns = 1000;

    /// <summary>Turns in one message, which stays well below what a receiver accepts.</summary>
    private const int TurnsAtOnce = 250;

    private static readonly TimeSpan s_trickle = TimeSpan.FromSeconds(20);
    private static readonly string[] s_tools = ["Read", "Edit", "Bash", "Grep", "Write", "WebFetch"];
    private static readonly string[] s_teams = ["platform", "data", "mobile"];
    private static readonly string[] s_terminals = ["vscode", "iTerm.app", "tmux", "WezTerm"];

    private readonly Random _random = new(7);
    private readonly HttpClient _client = new() { BaseAddress = admin.Receiver, Timeout = TimeSpan.FromMinutes(5) };
    private readonly Dictionary<string, string> _tokens = new(StringComparer.Ordinal);
    private int _sequence;

    /// <summary>Gives the fleet's users tokens, new ones each time, and sends their past if it has not been sent yet.</summary>
    public async Task SetUpAsync(CancellationToken cancellationToken)
    {
        var isNew = (await admin.RowsAsync("/api/v1/telemetry/users?period=30d", cancellationToken)).Count == 0;
        foreach (var (index, email) in fleet.ConfigDirs.Select(configDir => configDir.Email).Index())
        {
            _tokens[email] = await NewTokenAsync($"/admin/telemetry/users/{Uri.EscapeDataString(email)}", cancellationToken);
            if (isNew)
            {
                await TellPastAsync(email, Turns - (index * 170), cancellationToken);
            }
        }
    }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(s_trickle, time);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            foreach (var configDir in fleet.ConfigDirs.Where(configDir => configDir.Working.Count > 0))
            {
                var session = configDir.Working[0];
                var turn = new Turn(session.SessionId, session.Model ?? "claude-sonnet-5", time.GetUtcNow(), _random.Next(200, 3000), _random.Next(300, 4000), _random.Next(20_000, 90_000), _random.Next(1000, 9000));
                try
                {
                    await SendAsync(configDir.Email, "logs", OtlpMessage.Logs(Events(configDir.Email, turn)), cancellationToken);
                }
                catch (HttpRequestException)
                {
                    // The receiver is unreachable: a trickle may be lost.
                }
            }
        }
    }

    public void Dispose() => _client.Dispose();

    /// <summary>Revokes the tokens of an earlier run: nothing has them any more.</summary>
    private async Task<string> NewTokenAsync(string user, CancellationToken cancellationToken)
    {
        try
        {
            await admin.PostAsync(user + "/revoke", cancellationToken);
        }
        catch (HttpRequestException exception) when (exception.StatusCode is { } status and < HttpStatusCode.InternalServerError && status is not HttpStatusCode.Unauthorized)
        {
            // There was none.
        }

        return Token().Match(await admin.PostAsync(user + "/issue", cancellationToken)).Groups["token"].Value;
    }

    private async Task TellPastAsync(string email, int turns, CancellationToken cancellationToken)
    {
        var rows = await admin.RowsAsync($"/api/v1/events?period=30d&user={Uri.EscapeDataString(email)}&size={turns}", cancellationToken);
        var oldest = time.GetUtcNow().AddDays(-28);
        var told = rows.Select(row => Turn.Of(row!)).Where(turn => turn.At > oldest).ToList();
        foreach (var chunk in told.Chunk(TurnsAtOnce))
        {
            await SendAsync(email, "logs", OtlpMessage.Logs(chunk.SelectMany(turn => Events(email, turn))), cancellationToken);
        }

        await SendAsync(email, "metrics", OtlpMessage.Metrics(told.GroupBy(turn => (turn.At.UtcDateTime.Date, turn.Session)).SelectMany(group => Sums(email, group.Last()))), cancellationToken);
    }

    private IEnumerable<JsonObject> Events(string email, Turn turn)
    {
        var common = Common(email, turn.Session);
        var prompt = ("prompt.id", (object)Guid.NewGuid().ToString());
        var begun = turn.At.AddSeconds(-40);
        yield return OtlpMessage.Event("user_prompt", begun, ++_sequence, [.. common, prompt]);
        for (var index = _random.Next(0, 4); index > 0; index--)
        {
            var tool = s_tools[Math.Min(_random.Next(s_tools.Length), _random.Next(s_tools.Length))];
            var isAccepted = _random.Next(25) > 0;
            yield return OtlpMessage.Event(
                "tool_decision", begun.AddSeconds(3), ++_sequence,
                [.. common, prompt, ("tool_name", tool), ("decision", isAccepted ? "accept" : "reject"), ("source", !isAccepted ? "user_reject" : _random.Next(3) == 0 ? "user_temporary" : "config")]);
            if (isAccepted)
            {
                yield return OtlpMessage.Event(
                    "tool_result", begun.AddSeconds(6), ++_sequence, [.. common, prompt, ("tool_name", tool), ("success", _random.Next(14) == 0 ? "false" : "true"), ("duration_ms", (long)_random.Next(15, 2500))]);
            }
        }

        yield return OtlpMessage.Event(
            "api_request", turn.At, ++_sequence,
            [
                .. common, prompt, ("request_id", $"req_demo_{Guid.NewGuid():N}"), ("model", turn.Model), ("input_tokens", turn.Input), ("output_tokens", turn.Output),
                ("cache_read_tokens", turn.CacheRead), ("cache_creation_tokens", turn.CacheWrite), ("cost_usd", turn.Cost), ("duration_ms", (long)(900 + (turn.Output * 5) + _random.Next(1500))), ("query_source", "repl_main_thread"),
            ]);
        if (_random.Next(60) == 0)
        {
            yield return OtlpMessage.Event("api_error", turn.At, ++_sequence, [.. common, ("model", turn.Model), ("status_code", "529"), ("error", "overloaded"), ("duration_ms", 40L), ("attempt", 2L)]);
        }
    }

    private IEnumerable<JsonObject> Sums(string email, Turn last)
    {
        var common = Common(email, last.Session);
        yield return OtlpMessage.Sum("active_time.total", last.At, _random.Next(300, 2400), [.. common, ("type", "cli")]);
        yield return OtlpMessage.Sum("active_time.total", last.At, _random.Next(60, 700), [.. common, ("type", "user")]);
        yield return OtlpMessage.Sum("lines_of_code.count", last.At, _random.Next(10, 400), [.. common, ("type", "added")]);
        yield return OtlpMessage.Sum("lines_of_code.count", last.At, _random.Next(0, 120), [.. common, ("type", "removed")]);
        if (_random.Next(2) == 0)
        {
            yield return OtlpMessage.Sum("commit.count", last.At, _random.Next(1, 4), common);
        }

        if (_random.Next(5) == 0)
        {
            yield return OtlpMessage.Sum("pull_request.count", last.At, 1, common);
        }
    }

    private static (string Name, object Value)[] Common(string email, string session) =>
    [
        ("session.id", session),
        ("user.id", Convert.ToHexStringLower(Encoding.UTF8.GetBytes(email))[..32]),
        ("terminal.type", s_terminals[email.Sum(letter => letter) % s_terminals.Length]),
        ("anthropic.plan", "team"),
        ("anthropic.seat_type", email.Sum(letter => letter) % 3 == 0 ? "premium" : "standard"),
        ("team", s_teams[email.Sum(letter => letter) % s_teams.Length]),
    ];

    private async Task SendAsync(string email, string signal, JsonObject message, CancellationToken cancellationToken)
    {
        using var body = new StringContent(message.ToJsonString(), Encoding.UTF8, "application/json");
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri($"/v1/{signal}", UriKind.Relative)) { Content = body };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _tokens[email]);
        using var answer = await _client.SendAsync(request, cancellationToken);
        answer.EnsureSuccessStatusCode();
    }

    [GeneratedRegex("id=\"telemetry-token\"[^>]*>(?<token>[^<]+)<", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Token();

    /// <summary>A turn on one model, as in the usage data.</summary>
    private sealed record Turn(string Session, string Model, DateTimeOffset At, long Input, long Output, long CacheRead, long CacheWrite)
    {
        /// <summary>The approximate cost of its tokens.</summary>
        public double Cost => Math.Round(((Input * 3) + (Output * 15) + (CacheRead * 0.3) + (CacheWrite * 3.75)) / 1_000_000d, 4);

        public static Turn Of(JsonNode row) => new(
            row["session_id"]!.GetValue<string>(),
            row["model"]!.GetValue<string>(),
            DateTimeOffset.Parse(row["ended_utc"]!.GetValue<string>(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal),
            Count(row, "input_tokens"),
            Count(row, "output_tokens"),
            Count(row, "cache_read_tokens"),
            Count(row, "cache_write_tokens"));

        private static long Count(JsonNode row, string name) => row[name]!.GetValue<long>();
    }
}
