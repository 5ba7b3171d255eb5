using System.Runtime.InteropServices;
using Ccflux.Receiver.Usage.Read.Days;

namespace Ccflux.Receiver.Usage.Read.Snapshots;

/// <summary>Sums the days of a period by user, for the users and the model of a scope.</summary>
internal sealed class UsagePeriodSums(int from, int to, HashSet<int>? users, int? model)
{
    private readonly Dictionary<int, UserSums> _users = [];

    /// <summary>The sums over all users of the scope.</summary>
    public PeriodTotals Totals { get; } = new(from, to);

    public IReadOnlyDictionary<int, UserSums> Users => _users;

    public void Add(DayRows rows)
    {
        if (rows.Day < from || rows.Day > to)
        {
            return;
        }

        AddUsage(rows);
        AddTurns(rows);
        AddSessions(rows);
        foreach (ref readonly var window in rows.Windows.AsSpan())
        {
            if (Holds(window.User))
            {
                Of(window.User).AddWindow(window.Tokens.Billed);
            }
        }

        AddTotals(rows);
    }

    /// <summary>Adds to the totals only, for views that show nothing by user.</summary>
    public void AddTotals(DayRows rows)
    {
        if (users is null && model is null)
        {
            Totals.Add(rows);
        }
        else if (rows.Day >= from && rows.Day <= to)
        {
            AddScoped(rows);
        }
    }

    private void AddUsage(DayRows rows)
    {
        foreach (ref readonly var cell in rows.Usage.AsSpan())
        {
            if (Holds(cell))
            {
                Of(cell.User).Add(cell);
            }
        }
    }

    private void AddTurns(DayRows rows)
    {
        if (model is not null)
        {
            // Turns are not counted by model, but each event of a model is one turn.
            foreach (ref readonly var cell in rows.Usage.AsSpan())
            {
                if (Holds(cell))
                {
                    Of(cell.User).Turns += cell.Events;
                }
            }

            return;
        }

        foreach (ref readonly var cell in rows.Turns.AsSpan())
        {
            if (Holds(cell.User))
            {
                var user = Of(cell.User);
                user.Turns += cell.Turns;
                user.Failed += cell.Failed;
            }
        }
    }

    private void AddSessions(DayRows rows)
    {
        if (model is not null)
        {
            return;
        }

        foreach (ref readonly var cell in rows.Sessions.AsSpan())
        {
            if (cell.PreviousDay < from && Holds(cell.User))
            {
                Of(cell.User).Sessions += cell.Count;
            }
        }
    }

    /// <summary>Adds to the totals of a narrowed scope.</summary>
    private void AddScoped(DayRows rows)
    {
        ref var day = ref Totals.Days[rows.Day - from];
        var active = new List<int>();
        foreach (ref readonly var cell in rows.Usage.AsSpan())
        {
            if (!Holds(cell))
            {
                continue;
            }

            Totals.AddUsage(cell, ref day, rows.Day - from);
            if (model is not null)
            {
                Totals.AddTurns(new TurnCell(cell.User, cell.Events, 0), ref day);
            }

            if (active.Count == 0 || active[^1] != cell.User)
            {
                active.Add(cell.User);
            }
        }

        Totals.AddUsers(CollectionsMarshal.AsSpan(active), ref day);
        if (model is not null)
        {
            return;
        }

        foreach (ref readonly var cell in rows.Turns.AsSpan())
        {
            if (Holds(cell.User))
            {
                Totals.AddTurns(cell, ref day);
            }
        }

        foreach (ref readonly var cell in rows.Sessions.AsSpan())
        {
            if (Holds(cell.User))
            {
                Totals.AddSessions(cell, ref day);
            }
        }
    }

    private bool Holds(in UsageCell cell) => (model is null || model == cell.Model) && Holds(cell.User);

    private bool Holds(int user) => users is null || users.Contains(user);

    private UserSums Of(int user)
    {
        ref var sums = ref CollectionsMarshal.GetValueRefOrAddDefault(_users, user, out _);
        return sums ??= new UserSums();
    }
}
