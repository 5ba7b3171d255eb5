namespace Ccflux.Receiver.Fleet.Rotation.Simulation;

/// <summary>What the issuer counts for one account: the truth behind the readings.</summary>
internal sealed class Meter(SimulatedAccount account, int firstPoll)
{
    private double _sevenDay = account.UsedBefore;
    private int _sevenDayReset = account.FirstReset;
    private double _fiveHour;
    private int _fiveHourReset;

    public int NextPoll { get; set; } = firstPoll;

    /// <summary>A request was refused since the account was read last: the client's hook tells so.</summary>
    public bool Refused { get; private set; }

    public double Served { get; private set; }

    public double Perished { get; private set; }

    /// <summary>Serves a request, unless a window is full. The one that fills a window is served, and counted as far as there was room.</summary>
    public bool TryUse(int at, double tokens)
    {
        Roll(at);
        var left = Math.Min(account.SevenDay - _sevenDay, account.FiveHour - _fiveHour);
        if (left <= 0)
        {
            Refused = true;
            return false;
        }

        if (_fiveHourReset == 0)
        {
            _fiveHourReset = at - (at % SimulatedAccount.Hour) + SimulatedAccount.FiveHours;
        }

        tokens = Math.Min(tokens, left);
        _fiveHour += tokens;
        _sevenDay += tokens;
        Served += tokens;
        return true;
    }

    public bool Full5 => _fiveHour >= account.FiveHour; public bool Full7 => _sevenDay >= account.SevenDay;
    public SimulatedReading Show(int now)
    {
        Roll(now);
        Refused = false;
        return new SimulatedReading(now, Percent(_fiveHour, account.FiveHour), _fiveHourReset, Percent(_sevenDay, account.SevenDay), _sevenDayReset);
    }

    /// <summary>Windows that have ended by <paramref name="at"/> begin anew.</summary>
    public void Roll(int at)
    {
        while (at >= _sevenDayReset)
        {
            Perished += account.SevenDay - _sevenDay;
            _sevenDay = 0;
            _sevenDayReset += SimulatedAccount.Week;
        }

        if (_fiveHourReset != 0 && at >= _fiveHourReset)
        {
            (_fiveHour, _fiveHourReset) = (0, 0);
        }
    }

    /// <summary>Whole percents downwards, so that 100 means full.</summary>
    private static int Percent(double used, double of) => used >= of ? 100 : (int)(used / of * 100);
}
