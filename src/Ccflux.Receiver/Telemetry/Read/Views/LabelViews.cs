namespace Ccflux.Receiver.Telemetry.Read.Views;

/// <summary>The filter for one label; any one of the values matches.</summary>
/// <param name="Name">One of <c>LabelNames</c>.</param>
/// <param name="Values">An empty text matches people who stated nothing.</param>
public sealed record LabelFilter(string Name, IReadOnlyList<string> Values)
{
    /// <summary>Prefix of the fields in the query string.</summary>
    public const string Prefix = "label.";

    /// <summary>The most values in one filter.</summary>
    public const int MaxValues = 16;

    /// <summary>Separates values; no value contains it.</summary>
    public const char Separator = '|';

    /// <summary>The field of the query string: <c>label.team</c>.</summary>
    public string Field => FieldOf(Name);

    /// <summary>The field's text: <c>platform|infra</c>.</summary>
    public string Text => string.Join(Separator, Values.Select(value => value.Length > 0 ? value : LabelNames.NotStated));

    public static string FieldOf(string name) => Prefix + name;
}

/// <summary>The values that a filter offers for one label.</summary>
/// <param name="Values">Those that were stated last, in alphabetical order.</param>
public sealed record LabelChoice(string Name, IReadOnlyList<string> Values);

/// <summary>The period by one label. The groups add up to the total.</summary>
/// <param name="Groups">By descending cost, people who stated nothing last; empty if nobody ever stated this.</param>
public sealed record LabelSplit(string Name, IReadOnlyList<LabelGroup> Groups);

/// <summary>The people who last stated this value in the period, with everything they did in it.</summary>
/// <param name="Value">Empty: nothing stated.</param>
/// <param name="Users">People with requests, tokens or cost.</param>
public sealed record LabelGroup(string Value, int Users, RequestTotals Totals, long Sessions);

/// <summary>What a person's clients stated, and for which time.</summary>
/// <param name="Since">The first record that stated it, to the hour; the day is exact.</param>
/// <param name="LastAt">The last one.</param>
/// <param name="IsCurrent">Whether it is the last value stated for its label.</param>
/// <param name="IsClaimed">Under the organisation's token: the user is as claimed by the sender.</param>
public sealed record StatedRow(string Name, string Value, DateTimeOffset Since, DateTimeOffset LastAt, bool IsCurrent, bool IsClaimed);
