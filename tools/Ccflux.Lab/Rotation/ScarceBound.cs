namespace Ccflux.Lab.Rotation;

/// <summary>
/// A bound from a choice of scarce hours and scarce weeks, whichever: a request that is served was made in a scarce hour, or taken from a scarce week, or
/// else lies in one of its account's 5-hour windows, of which the best placed ones are taken. Every choice gives a bound; <see cref="Lower"/> changes the
/// choice for as long as that makes it lower.
/// </summary>
internal sealed class ScarceBound
{
    private const int HoursOfWindow = SimulatedAccount.FiveHours / SimulatedAccount.Hour;

    /// <summary>Hardly any fortnight needs three.</summary>
    private const int MaxSweeps = 4;

    private readonly IReadOnlyList<SimulatedAccount> _accounts;
    private readonly int[] _demand;
    private readonly bool[] _scarceHour;
    private readonly bool[,] _scarceWeek;
    private readonly int[] _served;

    /// <param name="accounts">All of them.</param>
    /// <param name="demand">Requests of each hour.</param>
    /// <param name="isScarceHour">The choice to begin with.</param>
    /// <param name="isScarceWeek">The same, of account and week.</param>
    public ScarceBound(IReadOnlyList<SimulatedAccount> accounts, int[] demand, Func<int, bool> isScarceHour, Func<int, int, bool> isScarceWeek)
    {
        (_accounts, _demand) = (accounts, demand);
        _scarceHour = [.. Enumerable.Range(0, Fortnight.Hours).Select(isScarceHour)];
        _scarceWeek = new bool[accounts.Count, UpperBound.Weeks];
        for (var account = 0; account < accounts.Count; account++)
        {
            for (var week = 0; week < UpperBound.Weeks; week++)
            {
                _scarceWeek[account, week] = isScarceWeek(account, week);
            }
        }

        _served = [.. accounts.Select((_, account) => ServedBy(account))];
    }

    public int Lower()
    {
        var bound = Bound();
        for (var (sweep, before) = (0, int.MaxValue); sweep < MaxSweeps && bound < before; sweep++)
        {
            before = bound;
            LowerByWeeks();
            bound = LowerByHours(Bound());
        }

        return bound;
    }

    private int Bound()
    {
        var bound = _served.Sum();
        for (var hour = 0; hour < _demand.Length; hour++)
        {
            bound += _scarceHour[hour] ? _demand[hour] : 0;
        }

        return bound;
    }

    private void LowerByWeeks()
    {
        for (var account = 0; account < _accounts.Count; account++)
        {
            for (var week = 0; week < UpperBound.Weeks; week++)
            {
                _scarceWeek[account, week] = !_scarceWeek[account, week];
                var served = ServedBy(account);
                if (served < _served[account])
                {
                    _served[account] = served;
                }
                else
                {
                    _scarceWeek[account, week] = !_scarceWeek[account, week];
                }
            }
        }
    }

    private int LowerByHours(int bound)
    {
        var before = new int[_served.Length];
        for (var hour = 0; hour < _demand.Length; hour++)
        {
            if (_demand[hour] == 0)
            {
                continue;
            }

            _served.CopyTo(before, 0);
            _scarceHour[hour] = !_scarceHour[hour];
            for (var account = 0; account < _accounts.Count; account++)
            {
                _served[account] = ServedBy(account);
            }

            var changed = Bound();
            if (changed < bound)
            {
                bound = changed;
            }
            else
            {
                _scarceHour[hour] = !_scarceHour[hour];
                before.CopyTo(_served, 0);
            }
        }

        return bound;
    }

    /// <summary>The most that an account can serve: its scarce weeks whole, and elsewhere what lies in hours that are not scarce, in windows of five hours
    /// that do not overlap, each beginning in an hour with a request.</summary>
    private int ServedBy(int index)
    {
        var account = _accounts[index];
        Span<int> open = stackalloc int[Fortnight.Hours + HoursOfWindow];
        open.Clear();
        for (var hour = 0; hour < Fortnight.Hours; hour++)
        {
            open[hour] = _scarceHour[hour] || _scarceWeek[index, UpperBound.WeekOf(account, hour)] ? 0 : _demand[hour];
        }

        // The most from each hour on, from the last to the first.
        Span<int> most = stackalloc int[Fortnight.Hours + HoursOfWindow];
        most.Clear();
        var ahead = 0;
        for (var hour = Fortnight.Hours - 1; hour >= 0; hour--)
        {
            ahead += open[hour] - open[hour + HoursOfWindow];
            most[hour] = _demand[hour] == 0 ? most[hour + 1] : Math.Max(most[hour + 1], Math.Min(account.FiveHour, ahead) + most[hour + HoursOfWindow]);
        }

        var served = most[0];
        for (var week = 0; week < UpperBound.Weeks; week++)
        {
            served += _scarceWeek[index, week] ? UpperBound.WeekHolds(account, week) : 0;
        }

        return served;
    }
}
