using System.Runtime.InteropServices;
using Ccflux.Receiver.Usage.Read.Days;
using Ccflux.Receiver.Usage.Read.Views;

namespace Ccflux.Receiver.Usage.Read;

/// <summary>Adds up the days of a period, for the users and the model of a scope.</summary>
internal sealed class PeriodSums(int from, int to, HashSet<int>? users, int? model)
{
    private readonly Dictionary<int, UserSums> _users = [];
    private readonly Dictionary<int, ModelSums> _models = [];

    public int From => from;

    public int To => to;

    public int Length => to - from + 1;

    public IReadOnlyDictionary<int, UserSums> Users => _users;

    public IReadOnlyDictionary<int, ModelSums> Models => _models;

    /// <summary>One for each day of the period.</summary>
    public DaySums[] Days { get; } = new DaySums[to - from + 1];

    public TokenSums Tokens { get; private set; }

    public Cost Cost { get; private set; }

    public long Events { get; private set; }

    public long Messages { get; private set; }

    public long Turns { get; private set; }

    public long Failed { get; private set; }

    public long Sessions { get; private set; }

    /// <summary>Users who used something.</summary>
    public int ActiveUsers => _users.Values.Count(user => user.Events > 0);

    public void Add(DayRows rows)
    {
        if (rows.Day < from || rows.Day > to)
        {
            return;
        }

        ref var day = ref Days[rows.Day - from];
        AddUsage(rows, ref day);
        AddTurns(rows, ref day);
        AddSessions(rows, ref day);
        foreach (ref readonly var window in rows.Windows.AsSpan())
        {
            if (Holds(window.User))
            {
                Of(window.User).AddWindow(window.Tokens.Billed);
            }
        }
    }

    private void AddUsage(DayRows rows, ref DaySums day)
    {
        var last = -1;
        foreach (ref readonly var cell in rows.Usage.AsSpan())
        {
            if (!Holds(cell.User) || (model is { } only && only != cell.Model))
            {
                continue;
            }

            if (cell.User != last)
            {
                last = cell.User;
                day.Users++;
            }

            Of(cell.User).Add(cell);
            OfModel(cell.Model).Add(cell, rows.Day - from);
            day.Tokens += cell.Tokens;
            day.Cost += cell.Cost;
            Tokens += cell.Tokens;
            Cost += cell.Cost;
            Events += cell.Events;
            Messages += cell.Messages;
            if (model is not null)
            {
                // Turns are not counted by model, but an event of one model is one turn.
                Of(cell.User).Turns += cell.Events;
                day.Turns += cell.Events;
                Turns += cell.Events;
            }
        }
    }

    private void AddTurns(DayRows rows, ref DaySums day)
    {
        if (model is not null)
        {
            return;
        }

        foreach (ref readonly var cell in rows.Turns.AsSpan())
        {
            if (Holds(cell.User))
            {
                var user = Of(cell.User);
                user.Turns += cell.Turns;
                user.Failed += cell.Failed;
                day.Turns += cell.Turns;
                day.Failed += cell.Failed;
                Turns += cell.Turns;
                Failed += cell.Failed;
            }
        }
    }

    private void AddSessions(DayRows rows, ref DaySums day)
    {
        if (model is not null)
        {
            return;
        }

        foreach (ref readonly var cell in rows.Sessions.AsSpan())
        {
            if (!Holds(cell.User))
            {
                continue;
            }

            day.Sessions += cell.Count;
            if (cell.PreviousDay < from)
            {
                Of(cell.User).Sessions += cell.Count;
                Sessions += cell.Count;
            }
        }
    }

    private bool Holds(int user) => users is null || users.Contains(user);

    private UserSums Of(int user)
    {
        ref var sums = ref CollectionsMarshal.GetValueRefOrAddDefault(_users, user, out _);
        return sums ??= new UserSums();
    }

    private ModelSums OfModel(int id)
    {
        ref var sums = ref CollectionsMarshal.GetValueRefOrAddDefault(_models, id, out _);
        return sums ??= new ModelSums(Length);
    }
}

/// <summary>A day's sums over all users of the scope. Sessions are those active on the day.</summary>
[StructLayout(LayoutKind.Auto)]
internal record struct DaySums(TokenSums Tokens, Cost Cost, long Turns, long Failed, long Sessions, long Users);

/// <summary>A user's sums over the period.</summary>
internal sealed class UserSums
{
    private readonly List<(int Model, long Billed)> _models = [];

    public TokenSums Tokens { get; private set; }

    public Cost Cost { get; private set; }

    public long Events { get; private set; }

    public long Messages { get; private set; }

    public long Turns { get; set; }

    public long Failed { get; set; }

    public long Sessions { get; set; }

    public int Windows { get; private set; }

    public long PeakWindow { get; private set; }

    public long AverageWindow => Windows == 0 ? 0 : (long)Math.Round(_windowTokens / (double)Windows, MidpointRounding.AwayFromZero);

    /// <summary>Billed tokens by model id.</summary>
    public IReadOnlyList<(int Model, long Billed)> Models => _models;

    private long _windowTokens;

    public void Add(in UsageCell cell)
    {
        Tokens += cell.Tokens;
        Cost += cell.Cost;
        Events += cell.Events;
        Messages += cell.Messages;
        for (var i = 0; i < _models.Count; i++)
        {
            if (_models[i].Model == cell.Model)
            {
                _models[i] = (cell.Model, _models[i].Billed + cell.Tokens.Billed);
                return;
            }
        }

        _models.Add((cell.Model, cell.Tokens.Billed));
    }

    public void AddWindow(long billed)
    {
        Windows++;
        _windowTokens += billed;
        PeakWindow = Math.Max(PeakWindow, billed);
    }
}

/// <summary>A model's sums over the period, and its billed tokens of each day.</summary>
internal sealed class ModelSums(int days)
{
    public TokenSums Tokens { get; private set; }

    public Cost Cost { get; private set; }

    public long Events { get; private set; }

    public long[] Daily { get; } = new long[days];

    public void Add(in UsageCell cell, int day)
    {
        Tokens += cell.Tokens;
        Cost += cell.Cost;
        Events += cell.Events;
        Daily[day] += cell.Tokens.Billed;
    }
}
