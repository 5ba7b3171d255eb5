using Ccflux.Contracts.Usage;
using Ccflux.Hook.Transcript;

namespace Ccflux.Hook.Commands;

/// <summary>What the rows of <c>ccflux usage</c> stand for.</summary>
internal enum UsageBy
{
    Day = 1,
    Session,
    Model,
}

/// <summary>Local totals: of everything, by key, and by key and model.</summary>
internal sealed class UsageTable(UsageBy by)
{
    private readonly Dictionary<string, UsageRow> _rows = new(StringComparer.Ordinal);

    public UsageSum Totals { get; } = new();

    public SortedSet<string> UnpricedModels { get; } = new(StringComparer.Ordinal);

    public List<ReadProblem> Problems { get; } = [];

    /// <summary>What was wrong with lines of the transcripts.</summary>
    public LineFaults Faults { get; } = new();

    /// <summary>Sessions of Claude Desktop's agent mode that are in the totals.</summary>
    public int DesktopSessions { get; private set; }

    /// <summary>Their output tokens, which are in the totals too.</summary>
    public long DesktopOutputTokens { get; private set; }

    /// <summary>Days and models by name, sessions in the order they began.</summary>
    public IEnumerable<UsageRow> Rows => by == UsageBy.Session ? _rows.Values : _rows.Values.OrderBy(row => row.Key, StringComparer.Ordinal);

    public void Add(ScanResult session)
    {
        Problems.AddRange(session.Problems);
        Faults.Add(session.Faults);
        foreach (var turn in session.Turns)
        {
            foreach (var (model, usage) in turn.Models)
            {
                Add(turn, model, sum => sum.Add(model, Day(turn), usage));
            }
        }

        if (session.Local.Count == 0)
        {
            return;
        }

        var turns = session.Turns.ToDictionary(turn => turn.TurnIndex);
        foreach (var local in session.Local)
        {
            if (turns.TryGetValue(local.TurnIndex, out var turn))
            {
                Add(turn, local.Model, sum => sum.Add(Day(turn), local));
            }
        }
    }

    /// <summary>Adds a session of Claude Desktop's agent mode, which is counted here and reported by nobody.</summary>
    public void AddDesktop(ScanResult session)
    {
        var before = Totals.OutputTokens;
        Add(session);
        DesktopSessions += session.Turns.Count > 0 ? 1 : 0;
        DesktopOutputTokens += Totals.OutputTokens - before;
    }

    private static DateOnly Day(TurnReport turn) => DateOnly.FromDateTime(turn.EndedUtc.UtcDateTime);

    private void Add(TurnReport turn, string model, Action<UsageSum> add)
    {
        var key = by switch
        {
            UsageBy.Day => Day(turn).ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture),
            UsageBy.Session => turn.SessionId,
            UsageBy.Model => model,
        };
        if (!_rows.TryGetValue(key, out var row))
        {
            _rows.Add(key, row = new UsageRow(key));
        }

        if (!row.Models.TryGetValue(model, out var ofModel))
        {
            row.Models.Add(model, ofModel = new UsageSum());
        }

        add(Totals);
        add(row.Sum);
        add(ofModel);
        if (ofModel.Unpriced)
        {
            UnpricedModels.Add(model);
        }
    }
}

/// <summary>The usage of one day, session or model.</summary>
internal sealed record UsageRow(string Key)
{
    public UsageSum Sum { get; } = new();

    public SortedDictionary<string, UsageSum> Models { get; } = new(StringComparer.Ordinal);
}
