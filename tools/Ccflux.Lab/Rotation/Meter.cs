namespace Ccflux.Lab.Rotation;

/// <summary>What the issuer counts for one account: the truth behind the readings.</summary>
internal sealed class Meter(SimulatedAccount account, int firstPoll)
{
    private int _sevenDay = account.UsedBefore;
    private int _sevenDayReset = account.FirstReset;
    private int _fiveHour;
    private int _fiveHourReset;

    public int NextPoll { get; set; } = firstPoll;

    /// <summary>A request was refused since the account was read last: the client's hook tells so.</summary>
    public bool Refused { get; private set; }

    public int Served { get; private set; }

    public int Perished { get; private set; }

    /// <summary>Serves a request, unless a window is full.</summary>
    public bool TryUse(int at)
    {
        Roll(at);
        if (_sevenDay >= account.SevenDay || _fiveHour >= account.FiveHour)
        {
            Refused = true;
            return false;
        }

        if (_fiveHourReset == 0)
        {
            _fiveHourReset = at - (at % SimulatedAccount.Hour) + SimulatedAccount.FiveHours;
        }

        _fiveHour++;
        _sevenDay++;
        Served++;
        return true;
    }

    public SimulatedReading Show(int now)
    {
        Roll(now);
        Refused = false;
        return new SimulatedReading(now, Percent(_fiveHour, account.FiveHour), _fiveHourReset, Percent(_sevenDay, account.SevenDay), _sevenDayReset);
    }

    /// <summary>Windows that have ended by <paramref name="at"/> start again.</summary>
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
    private static int Percent(int used, int of) => (int)(used * 100L / of);
}
