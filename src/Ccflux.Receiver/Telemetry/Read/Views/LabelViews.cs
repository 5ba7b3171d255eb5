namespace Ccflux.Receiver.Telemetry.Read.Views;

/// <summary>What is asked for of one label; any of the values will do.</summary>
/// <param name="Name">One of <c>LabelNames</c>.</param>
/// <param name="Values">An empty text: nothing stated.</param>
public sealed record LabelFilter(string Name, IReadOnlyList<string> Values)
{
    /// <summary>What fields of the query string begin with.</summary>
    public const string Prefix = "label.";

    /// <summary>Values that may be asked for at once.</summary>
    public const int MaxValues = 16;

    /// <summary>Stands between values; no value holds it.</summary>
    public const char Separator = '|';

    /// <summary>The field of the query string: <c>label.team</c>.</summary>
    public string Field => FieldOf(Name);

    /// <summary>The field's text: <c>platform|infra</c>.</summary>
    public string Text => string.Join(Separator, Values.Select(value => value.Length > 0 ? value : LabelNames.NotStated));

    public static string FieldOf(string name) => Prefix + name;
}

/// <summary>What a filter offers of one label.</summary>
/// <param name="Values">Those that were stated last, in alphabetical order.</param>
public sealed record LabelChoice(string Name, IReadOnlyList<string> Values);

/// <summary>The period by one label. The groups add up to all of it.</summary>
/// <param name="Groups">The dearest first, who states nothing last; empty where nobody ever stated this.</param>
public sealed record LabelSplit(string Name, IReadOnlyList<LabelGroup> Groups);

/// <summary>The people who stated a value last in the period, with all that they did in it.</summary>
/// <param name="Value">Empty: nothing stated.</param>
/// <param name="Users">People with requests, tokens or cost.</param>
public sealed record LabelGroup(string Value, int Users, RequestTotals Totals, long Sessions);

/// <summary>What a person's clients stated, and for which time.</summary>
/// <param name="Since">The first record that stated it, to the hour; the day is exact.</param>
/// <param name="LastAt">The last one.</param>
/// <param name="IsCurrent">Of its label, what was stated last.</param>
/// <param name="IsClaimed">Under the organisation's token: whose it is, the sender says.</param>
public sealed record StatedRow(string Name, string Value, DateTimeOffset Since, DateTimeOffset LastAt, bool IsCurrent, bool IsClaimed);
