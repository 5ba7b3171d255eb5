using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Ccflux.Simulator;

/// <summary>A request to an upstream and its answer.</summary>
/// <param name="Windows">For a 200: name, percent as answered, reset.</param>
public sealed record Exchange(
    DateTimeOffset At, int? Account, bool ByCookie, string Method, string Path, int Status, FaultKind? Fault, IReadOnlyList<(string Window, double Used, DateTimeOffset? ResetsAt)> Windows);

/// <summary>An answer of an upstream.</summary>
/// <param name="Delay">Delay before it is given.</param>
/// <param name="IsBroken">The connection ends instead.</param>
public sealed record UpstreamAnswer(int Status, string ContentType, string Body, TimeSpan Delay = default, TimeSpan? RetryAfter = null, bool IsBroken = false);

/// <summary>claude.ai and the API for some accounts: usage by cookies and by token, profiles, and single-use refresh tokens.</summary>
public sealed class SimulatedUpstream
{
    public const string TokenPath = "/v1/oauth/token";
    public const string ProfilePath = "/api/oauth/profile";

    private const string Json = "application/json";

    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly List<Fault> _faults = [];
    private readonly List<Exchange> _exchanges = [];
    private readonly int _maxExchanges;
    private readonly IReadOnlyList<SimulatedAccount> _accounts;

    /// <param name="accounts">Number of accounts.</param>
    /// <param name="time">Their clock.</param>
    /// <param name="maxExchanges">Number of exchanges that are kept; older ones are dropped.</param>
    public SimulatedUpstream(int accounts, TimeProvider time, int maxExchanges = 2_000_000)
    {
        _time = time;
        _maxExchanges = maxExchanges;
        // Their histories differ, so that their windows do.
        _accounts = [.. Enumerable.Range(1, accounts).Select(number => new SimulatedAccount(number, time.GetUtcNow() - TimeSpan.FromMinutes(97 * number)))];
        foreach (var account in _accounts)
        {
            account.MoveTo(time.GetUtcNow());
        }
    }

    public IReadOnlyList<SimulatedAccount> Accounts => _accounts;

    public IReadOnlyList<Exchange> Exchanges
    {
        get
        {
            lock (_gate)
            {
                return [.. _exchanges];
            }
        }
    }

    /// <summary>How long new tokens take to arrive, once the old ones are spent: a gap in which they can be spent twice.</summary>
    public TimeSpan Latency { get; set; }

    /// <summary>Lifetime of the access tokens that it issues.</summary>
    public TimeSpan Lifetime { get; set; } = TimeSpan.FromHours(8);

    /// <summary>Changes the body of a successful refresh: the vendor may answer in a different form one day.</summary>
    public Func<string, string> ShapeRefresh { get; set; } = body => body;

    public void Plan(params ReadOnlySpan<Fault> faults)
    {
        lock (_gate)
        {
            _faults.AddRange(faults);
        }
    }

    /// <summary>Changes the pace of accounts by number from now on; the others stay as before.</summary>
    public void Pace(IReadOnlyDictionary<int, double> percentPerHour)
    {
        lock (_gate)
        {
            foreach (var account in _accounts.Where(account => percentPerHour.ContainsKey(account.Number)))
            {
                account.MoveTo(_time.GetUtcNow());
                account.Pace(percentPerHour[account.Number]);
            }
        }
    }

    public UpstreamAnswer Answer(string method, string path, Func<string, string?> header, string body)
    {
        lock (_gate)
        {
            var now = _time.GetUtcNow();
            var cookie = header("Cookie");
            var spent = path is TokenPath ? RefreshTokenOf(body) : null;
            var account = cookie is not null ? ByCookie(cookie) : spent is not null ? ByRefreshToken(spent) : ByToken(header("Authorization"));
            account?.MoveTo(now);
            var fault = _faults.Find(fault => fault.From <= now && now < fault.To
                && (fault.Account is null || fault.Account == account?.Number) && (fault.Path is null || string.Equals(fault.Path, path, StringComparison.Ordinal)));
            var answer = fault is null or { Kind: FaultKind.Lost } ? Serve(method, path, account, cookie is not null, spent) : Misbehave(fault);
            answer = fault is { Kind: FaultKind.Lost } ? answer with { IsBroken = true } : answer;
            answer = spent is null ? answer : answer with { Delay = answer.Delay + Latency };
            Remember(new Exchange(now, account?.Number, cookie is not null, method, path, answer.Status, fault?.Kind, answer.Status == 200 && fault is null && account is not null ? Snapshot(account) : []));
            return answer;
        }
    }

    private UpstreamAnswer Serve(string method, string path, SimulatedAccount? account, bool byCookie, string? spent) => (method, path) switch
    {
        ("POST", TokenPath) => Refresh(account, spent),
        (not "GET", _) => new UpstreamAnswer(405, Json, """{"error":{"type":"method_not_allowed"}}"""),
        _ when account is null => new UpstreamAnswer(401, Json, """{"type":"error","error":{"type":"authentication_error","message":"Invalid authorization"}}"""),
        (_, "/api/oauth/usage") when !byCookie => new UpstreamAnswer(200, Json, Usage(account)),
        (_, ProfilePath) when !byCookie => new UpstreamAnswer(200, Json, Profile(account)),
        _ when byCookie && string.Equals(path, $"/api/organizations/{account.OrganizationId}/usage", StringComparison.Ordinal) => new UpstreamAnswer(200, Json, Usage(account)),
        _ when byCookie && path.StartsWith("/api/organizations/", StringComparison.Ordinal) => new UpstreamAnswer(403, Json, """{"error":{"type":"permission_error"}}"""),
        _ => new UpstreamAnswer(404, Json, """{"error":{"type":"not_found_error"}}"""),
    };

    private static UpstreamAnswer Misbehave(Fault fault) => fault.Kind switch
    {
        FaultKind.Rejected => new UpstreamAnswer(401, Json, """{"type":"error","error":{"type":"authentication_error","details":{"error_code":"session_expired"}}}"""),
        FaultKind.Challenge => new UpstreamAnswer(403, "text/html; charset=UTF-8", "<!DOCTYPE html><html><head><title>Just a moment...</title></head><body>Checking your browser</body></html>"),
        FaultKind.Forbidden => new UpstreamAnswer(403, Json, """{"type":"error","error":{"type":"permission_error","message":"Missing scope"}}"""),
        FaultKind.RateLimited => new UpstreamAnswer(429, Json, """{"type":"error","error":{"type":"rate_limit_error"}}""", RetryAfter: fault.RetryAfter),
        FaultKind.ServerError => new UpstreamAnswer(503, Json, """{"type":"error","error":{"type":"overloaded_error"}}"""),
        FaultKind.Slow => new UpstreamAnswer(200, Json, "{}", Delay: TimeSpan.FromMinutes(2)),
        FaultKind.Malformed => new UpstreamAnswer(200, Json, """{"five_hour":{"utilization":42.0,"resets_"""),
        FaultKind.ChangedFormat => new UpstreamAnswer(200, Json, """{"usage":{"windows":[{"id":"5h","fraction":0.42}]}}"""),
        FaultKind.Broken => new UpstreamAnswer(0, Json, "", IsBroken: true),
        _ => throw new ArgumentOutOfRangeException(nameof(fault)),
    };

    private SimulatedAccount? ByCookie(string cookie)
    {
        var values = cookie.Split(';', StringSplitOptions.TrimEntries);
        return _accounts.FirstOrDefault(account => values.Contains($"sessionKey={account.SessionKey}", StringComparer.Ordinal));
    }

    private SimulatedAccount? ByToken(string? authorization) =>
        _accounts.FirstOrDefault(account => string.Equals(authorization, $"Bearer {account.AccessToken}", StringComparison.Ordinal));

    private SimulatedAccount? ByRefreshToken(string token) => _accounts.FirstOrDefault(account => account.Knows(token));

    private static string? RefreshTokenOf(string body)
    {
        using var request = Parse(body);
        return request?.RootElement.TryGetProperty("refresh_token", out var token) == true ? token.GetString() : null;
    }

    private UpstreamAnswer Refresh(SimulatedAccount? account, string? spent) =>
        spent is not null && account?.TryRefresh(spent) == true
            ? new UpstreamAnswer(200, Json, ShapeRefresh($$$"""
                {"access_token":"{{{account.AccessToken}}}","refresh_token":"{{{account.RefreshToken}}}","expires_in":{{{(int)Lifetime.TotalSeconds}}},"refresh_token_expires_in":2592000,"token_type":"Bearer",
                "scope":"user:inference user:profile","account":{"uuid":"{{{account.Id}}}","email_address":"seat{{{account.Number}}}@example.org"},"organization":{"uuid":"{{{account.OrganizationId}}}"}}
                """))
            : new UpstreamAnswer(400, Json, """{"error":"invalid_grant","error_description":"Refresh token not found or invalid"}""");

    private static JsonDocument? Parse(string body)
    {
        try
        {
            return JsonDocument.Parse(body);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static List<(string Window, double Used, DateTimeOffset? ResetsAt)> Snapshot(SimulatedAccount account) =>
        [.. account.Windows.Select(window => (window.Name, Math.Round(window.Used, 1), window.ResetsAt))];

    private static string Usage(SimulatedAccount account)
    {
        var json = new StringBuilder("{");
        foreach (var (name, used, resetsAt) in Snapshot(account))
        {
            var reset = resetsAt is { } at ? $"\"{at.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss}.000000+00:00\"" : "null";
            json.Append(CultureInfo.InvariantCulture, $"\"{name}\":{{\"utilization\":{used:0.0},\"resets_at\":{reset}}},");
        }

        return json.Append("""
            "seven_day_oauth_apps":null,"limits":[],"extra_usage":{"is_enabled":false,"monthly_limit":null,"used_credits":null,"utilization":null,"currency":"USD"}}
            """).ToString();
    }

    private static string Profile(SimulatedAccount account) =>
        $$$"""{"account":{"uuid":"{{{account.Id}}}","email":"seat{{{account.Number}}}@example.org"},"organization":{"uuid":"{{{account.OrganizationId}}}"}}""";

    private void Remember(Exchange exchange)
    {
        if (_exchanges.Count >= _maxExchanges)
        {
            _exchanges.RemoveRange(0, _maxExchanges / 2);
        }

        _exchanges.Add(exchange);
    }
}
