using Ccflux.Receiver.Usage.Read.Days;
using Ccflux.Receiver.Usage.Read.Views;

namespace Ccflux.Receiver.Usage.Read.Snapshots;

/// <summary>Sums a period over all users, without a split by user, from the days' own sums.</summary>
internal sealed class PeriodTotals(int from, int to)
{
    private readonly HashSet<int> _users = [];
    private readonly Dictionary<int, ModelSums> _models = [];

    public int From => from;

    public int To => to;

    public int Length => to - from + 1;

    /// <summary>One for each day of the period.</summary>
    public DaySums[] Days { get; } = new DaySums[to - from + 1];

    public IReadOnlyDictionary<int, ModelSums> Models => _models;

    public TokenSums Tokens { get; private set; }

    public Cost Cost { get; private set; }

    public long Events { get; private set; }

    public long Messages { get; private set; }

    public long Turns { get; private set; }

    public long Failed { get; private set; }

    public long Sessions { get; private set; }

    /// <summary>Users with usage in the period.</summary>
    public int ActiveUsers => _users.Count;

    public void Add(DayRows rows)
    {
        if (rows.Day < from || rows.Day > to)
        {
            return;
        }

        ref var day = ref Days[rows.Day - from];
        foreach (ref readonly var cell in rows.Models.AsSpan())
        {
            AddUsage(cell, ref day, rows.Day - from);
        }

        AddTurns(rows.AllTurns, ref day);
        foreach (ref readonly var cell in rows.AllSessions.AsSpan())
        {
            AddSessions(cell, ref day);
        }

        AddUsers(rows.ActiveUsers, ref day);
    }

    public void AddUsage(in UsageCell cell, ref DaySums day, int index)
    {
        if (!_models.TryGetValue(cell.Model, out var model))
        {
            _models[cell.Model] = model = new ModelSums(Length);
        }

        var cost = cell.Cost;
        model.Add(cell, index);
        day.Tokens += cell.Tokens;
        day.Cost += cost;
        Tokens += cell.Tokens;
        Cost += cost;
        Events += cell.Events;
        Messages += cell.Messages;
    }

    public void AddTurns(in TurnCell cell, ref DaySums day)
    {
        day.Turns += cell.Turns;
        day.Failed += cell.Failed;
        Turns += cell.Turns;
        Failed += cell.Failed;
    }

    public void AddSessions(in SessionCell cell, ref DaySums day)
    {
        day.Sessions += cell.Count;
        Sessions += cell.PreviousDay < from ? cell.Count : 0;
    }

    public void AddUsers(ReadOnlySpan<int> users, ref DaySums day)
    {
        day.Users += users.Length;
        foreach (var user in users)
        {
            _users.Add(user);
        }
    }
}
