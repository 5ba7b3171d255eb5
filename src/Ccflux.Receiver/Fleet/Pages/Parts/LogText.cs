using System.Text.Json;
using Ccflux.Receiver.Fleet.Read;
using Ccflux.Receiver.Fleet.Switching;
using Ccflux.Receiver.Shell.Components;

namespace Ccflux.Receiver.Fleet.Pages.Parts;

/// <summary>Texts for lines of the event log. Kinds without a text are shown as stored.</summary>
internal static class LogText
{
    private const string Switches = "switches";

    public static Tone Tone(LogLine line) => line switch
    {
        { Part: Switches, Kind: RotationEvent.Deferred or RotationEvent.Preempted or RotationEvent.LimitMet } => Shell.Components.Tone.Warn,
        { Part: Switches, Kind: RotationEvent.Refused or RotationEvent.Blocked } => Shell.Components.Tone.Bad,
        { Part: Switches, Kind: RotationEvent.Paused or RotationEvent.Dropped or RotationEvent.Released } => Shell.Components.Tone.None,
        { Part: Switches } => Shell.Components.Tone.Good,
        { Outcome: "ok" } => Shell.Components.Tone.Good,
        { Outcome: "withdrawn" } => Shell.Components.Tone.None,
        _ => Shell.Components.Tone.Bad,
    };

    public static string Title(LogLine line) => line.Kind switch
    {
        RotationEvent.Switched => "Switched",
        RotationEvent.Deferred => "Switch deferred",
        RotationEvent.Preempted => "Switched early",
        RotationEvent.Refused => "Switch refused",
        RotationEvent.Blocked => "No account can be used",
        RotationEvent.Asked => "Switch requested",
        RotationEvent.Dropped => "Manual switch dropped",
        RotationEvent.Released => "Manual switch released",
        RotationEvent.Paused => "Rotation paused",
        RotationEvent.Resumed => "Rotation resumed",
        RotationEvent.Pinned => "Account pinned",
        RotationEvent.Unpinned => "Account unpinned",
        RotationEvent.LimitMet => "Limit reached",
        "import" => "Login imported",
        "edit" => "Account changed",
        "remove" => "Account removed",
        "refresh" => "Login renewed",
        "code" => "Enrolment code created",
        "enrol" => "Agent enrolled",
        "revoke" => "Agent revoked",
        "grant" => line.Outcome is "withdrawn" ? "Grant withdrawn" : "Account granted",
        "seal" => "Login sealed to an agent",
        "deliver" => "Login fetched by an agent",
        "confirm" => "Login put in place",
        "take-back" => "Login taken back",
        "bring-back" => "Login returned",
        "adopt" => "Login found in a config dir",
        "authenticate" => "Agent request",
        "read-answer" => "Stored answer read",
        "rotate-keys" => "Keys rotated",
        var kind => kind.Replace('_', ' '),
    };

    /// <summary>The form that programs see.</summary>
    public static string Code(LogLine line) =>
        line.Outcome.Length == 0 ? line.Kind
        : line.Outcome.StartsWith("window=", StringComparison.Ordinal) ? $"{line.Kind} {line.Outcome}"
        : $"{line.Kind} {(line.Part is Switches ? "reason" : "outcome")}={line.Outcome}";

    public static string Detail(LogLine line, bool withFingerprint)
    {
        var parts = new List<string>();
        if (line.From.Length > 0 && line.Label.Length > 0)
        {
            parts.Add($"{line.From} to {line.Label}");
        }
        else if (line.Label.Length > 0 || line.From.Length > 0)
        {
            parts.Add(line.Label + line.From);
        }

        if (line.Machine.Length > 0)
        {
            parts.Add($"on {line.Machine}");
        }

        if (line.Part is Switches && ReasonText.Of(line.Outcome) is { } why)
        {
            parts.Add(why);
        }

        if (withFingerprint && line.Fingerprint is { Length: > 0 } fingerprint)
        {
            parts.Add($"login {AccountText.Fingerprint(fingerprint)}");
        }

        if (line.Actor.Length > 0)
        {
            parts.Add($"by {line.Actor}");
        }

        if ((line.Part is Switches ? Figures(line.Detail) : line.Detail) is { Length: > 0 } more)
        {
            parts.Add(more);
        }

        return string.Join(", ", parts);
    }

    /// <summary>The person who set something: <c>{"by":"admin"}</c>. Or the figures behind a decision: <c>{"from":{"five_hour":81.5},…}</c>
    /// as <c>it had 7d 40 %, 5h 81.5 %; the other 7d 12 %, 5h 3 %</c>.</summary>
    private static string? Figures(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var (from, target) = (Account(document.RootElement, "from"), Account(document.RootElement, "target"));
            return (from, target) switch
            {
                (null, null) => document.RootElement.ValueKind is JsonValueKind.Object && document.RootElement.TryGetProperty("by", out var by) ? $"by {by}" : null,
                (not null, null) => $"it had {from}",
                (null, not null) => $"the other had {target}",
                _ => $"it had {from}; the other {target}",
            };
        }
        catch (JsonException)
        {
            return null; // Not in this form: the API shows it unchanged.
        }
    }

    private static string? Account(JsonElement figures, string name) =>
        figures.ValueKind is JsonValueKind.Object && figures.TryGetProperty(name, out var account) && account.ValueKind is JsonValueKind.Object
            ? DecisionText.Figures(new FigureCell(
                Number(account, "seven_day"), Number(account, "seven_day_per_minute"), Number(account, "five_hour"), Number(account, "five_hour_per_minute"),
                account.TryGetProperty("stale", out var isOld) && isOld.ValueKind is JsonValueKind.True))
            : null;

    private static double? Number(JsonElement account, string name) => account.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.Number ? value.GetDouble() : null;
}
