using System.Text.Json;

namespace Ccflux.Simulator;

/// <summary>An account whose use follows a script that depends only on its seed and the time, in steps of a minute.</summary>
public sealed class SimulatedAccount
{
    private static readonly TimeSpan s_step = TimeSpan.FromMinutes(1);

    private readonly Random _random;
    private double _percentPerHour;
    private readonly int _firstHour;
    private readonly int _hoursADay;
    private readonly List<(string Window, DateTimeOffset At)> _resets = [];
    private readonly HashSet<string> _spent = new(StringComparer.Ordinal);
    private DateTimeOffset _at;
    private bool _isWorking;
    private bool _restsNever;

    public SimulatedAccount(int number, DateTimeOffset start)
    {
        Number = number;
        _random = new Random(number * 7919);
        _percentPerHour = 6 + (_random.NextDouble() * 26);
        _firstHour = _random.Next(0, 24);
        _hoursADay = _random.Next(6, 15);
        _at = new DateTimeOffset(start.Ticks - (start.Ticks % s_step.Ticks), TimeSpan.Zero);
        Windows = number % 3 == 0
            ? [new("five_hour", TimeSpan.FromHours(5)), new("seven_day", TimeSpan.FromDays(7)), new("seven_day_opus", TimeSpan.FromDays(7))]
            : [new("five_hour", TimeSpan.FromHours(5)), new("seven_day", TimeSpan.FromDays(7))];
        Id = $"00000000-0000-4000-8000-{number:x12}";
        AccessToken = $"sk-ant-oat01-simulated-{number}";
        RefreshToken = $"sk-ant-ort01-simulated-{number}";
    }

    public int Number { get; }

    /// <summary>Id of the person's account. Two with the same id are seats of one person in two organisations.</summary>
    public string Id { get; set; }

    public string OrganizationId => $"00000000-0000-4000-9000-{Number:x12}";

    public string SessionKey => $"sk-ant-sid02-simulated-{Number}";

    public string AccessToken { get; private set; }

    /// <summary>Valid for one use.</summary>
    public string RefreshToken { get; private set; }

    public int Refreshes { get; private set; }

    /// <summary>How often an already spent refresh token was presented: something else had it too, or spent it twice.</summary>
    public int Reuses { get; private set; }

    /// <summary>The operator signs in again: the tokens change, and the former ones become invalid.</summary>
    public void SignIn()
    {
        _spent.Clear();
        Refreshes++;
        Renew();
    }

    public IReadOnlyList<SimulatedWindow> Windows { get; }

    /// <summary>Every reset so far.</summary>
    public IReadOnlyList<(string Window, DateTimeOffset At)> Resets => _resets;

    /// <summary>Simulates the time up to <paramref name="now"/>.</summary>
    public void MoveTo(DateTimeOffset now)
    {
        while (_at + s_step <= now)
        {
            _at += s_step;
            foreach (var window in Windows)
            {
                var reset = window.ResetsAt;
                if (window.Expire(_at))
                {
                    _resets.Add((window.Name, reset!.Value));
                }
            }

            if (IsWorking())
            {
                var percent = _percentPerHour / 60 * _random.NextDouble() * 2;
                foreach (var window in Windows)
                {
                    window.Use(Share(window.Name) * percent, _at);
                }
            }
        }
    }

    /// <summary>Puts the account into the state that a demonstration wants, from which it continues at an even pace, without pauses.</summary>
    public void Set(double percentPerHour, (double Used, TimeSpan Left) fiveHours, (double Used, TimeSpan Left) sevenDays)
    {
        _percentPerHour = percentPerHour;
        _restsNever = true;
        foreach (var window in Windows)
        {
            var (used, left) = window.Name is "five_hour" ? fiveHours : sevenDays;
            window.Set(used, _at + left);
        }
    }

    /// <summary>Sets how fast it is used from now on.</summary>
    public void Pace(double percentPerHour) => _percentPerHour = percentPerHour;

    /// <summary>Issues a new pair of tokens for the refresh token, which is spent by it; false if it is not the current one.</summary>
    public bool TryRefresh(string refreshToken)
    {
        if (!string.Equals(refreshToken, RefreshToken, StringComparison.Ordinal))
        {
            Reuses += _spent.Contains(refreshToken) ? 1 : 0;
            return false;
        }

        _spent.Add(refreshToken);
        Refreshes++;
        Renew();
        return true;
    }

    /// <summary>Whether it is, or was, this account's refresh token.</summary>
    public bool Knows(string refreshToken) => string.Equals(refreshToken, RefreshToken, StringComparison.Ordinal) || _spent.Contains(refreshToken);

    /// <summary>Its login in the client's form, <c>claudeAiOauth</c>.</summary>
    public string Login(DateTimeOffset expiresAt) => JsonSerializer.Serialize(new
    {
        accessToken = AccessToken,
        refreshToken = RefreshToken,
        expiresAt = expiresAt.ToUnixTimeMilliseconds(),
        scopes = new[] { "user:inference", "user:profile" },
        subscriptionType = "max",
        rateLimitTier = "default_claude_max_5x",
        clientId = "00000000-0000-4000-8000-000000000000",
        accountUuid = Id,
        organizationUuid = OrganizationId,
    });

    private void Renew()
    {
        AccessToken = $"sk-ant-oat01-simulated-{Number}-{Refreshes}";
        RefreshToken = $"sk-ant-ort01-simulated-{Number}-{Refreshes}";
    }

    /// <summary>Works for some hours of the day, with breaks.</summary>
    private bool IsWorking()
    {
        var inHours = (_at.Hour - _firstHour + 24) % 24 < _hoursADay;
        _isWorking = _restsNever || (inHours && _random.NextDouble() < (_isWorking ? 0.97 : 0.1));
        return _isWorking;
    }

    private static double Share(string window) => window switch
    {
        "five_hour" => 1,
        "seven_day" => 0.11,
        _ => 0.05,
    };
}
