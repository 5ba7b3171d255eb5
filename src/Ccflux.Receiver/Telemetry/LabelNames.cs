using System.Text.RegularExpressions;
using Ccflux.Receiver.Telemetry.Receive.Decode;

namespace Ccflux.Receiver.Telemetry;

/// <summary>Names the labels: attributes whose values are stored per person, with the time for which each value was stated. Three are the client's, the others
/// are those that the organisation names in TELEMETRY_ATTRIBUTES.</summary>
internal sealed partial class LabelNames(TelemetryOptions options)
{
    /// <summary>The plan that the client is signed in with: pro, max, team or enterprise.</summary>
    public const string Plan = "anthropic.plan";

    /// <summary>The kind of seat: premium, standard, usage_based or other.</summary>
    public const string SeatType = "anthropic.seat_type";

    /// <summary>Where the managed settings in force come from, as the event <c>managed_settings_resolved</c> reports at each start.</summary>
    public const string Settings = "managed_settings";

    /// <summary>The client looked for managed settings and found none.</summary>
    public const string NoSettings = "none";

    /// <summary>Represents a missing value where labels are asked for. No value has this name.</summary>
    public const string NotStated = "(none)";

    private static readonly string[] s_refused = ["process.", "vcs.", "telemetry.", "anthropic.", "managed_settings", "claude_code.", "otel."];

    /// <summary>Those that the organisation names, in that order.</summary>
    public IReadOnlyList<string> Own { get; } = OwnOf(options.Attributes);

    /// <summary>All of them, the organisation's first.</summary>
    public IReadOnlyList<string> All { get; } = [.. OwnOf(options.Attributes), Plan, SeatType, Settings];

    /// <summary>The name within a sentence on pages.</summary>
    public static string Word(string name) => name switch
    {
        Plan => "plan",
        SeatType => "seat type",
        Settings => "managed settings",
        _ => name,
    };

    /// <summary>The name on its own on pages. The organisation's own names are unchanged.</summary>
    public static string Title(string name) => Word(name) is var word && string.Equals(word, name, StringComparison.Ordinal) ? name : char.ToUpperInvariant(word[0]) + word[1..];

    /// <summary>True if a value is valid until another is stated: the client states it at its start and not with each record.</summary>
    public static bool HoldsOn(string name) => string.Equals(name, Settings, StringComparison.Ordinal);

    /// <summary>The faults of TELEMETRY_ATTRIBUTES; each names the attribute.</summary>
    public static IEnumerable<string> FaultsOf(string? attributes)
    {
        var names = OwnOf(attributes);
        if (names.Count > AttributeNames.MaxOwn)
        {
            yield return $"TELEMETRY_ATTRIBUTES: at most {AttributeNames.MaxOwn} attributes may be named; there are {names.Count}.";
        }

        foreach (var name in names)
        {
            if (!Valid().IsMatch(name))
            {
                yield return $"TELEMETRY_ATTRIBUTES: '{name}' is not a valid attribute name. Expected 1 to 64 letters, digits, '_', '-' and '.', beginning with a letter.";
            }
            else if (AttributeNames.IsClients(name) || s_refused.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal)))
            {
                yield return $"TELEMETRY_ATTRIBUTES: '{name}' is not the organisation's own: prompts, paths, projects and what Claude Code reports about its work cannot be named here.";
            }
        }
    }

    private static IReadOnlyList<string> OwnOf(string? attributes) =>
        [.. (attributes ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Distinct(StringComparer.Ordinal)];

    [GeneratedRegex(@"^[A-Za-z][A-Za-z0-9_.-]{0,63}\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Valid();
}
