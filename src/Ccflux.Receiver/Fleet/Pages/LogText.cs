using System.Text.Json;
using Ccflux.Receiver.Fleet.Read;
using Ccflux.Receiver.Fleet.Switching;
using Ccflux.Receiver.Shell.Components;

namespace Ccflux.Receiver.Fleet.Pages;

/// <summary>Lines of the event log in words. What has no words of its own is shown as it was written.</summary>
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
        RotationEvent.Asked => "Switch asked for",
        RotationEvent.Dropped => "Switch by hand ended",
        RotationEvent.Released => "Switch by hand released",
        RotationEvent.Paused => "Rotation paused",
        RotationEvent.Resumed => "Rotation resumed",
        RotationEvent.Pinned => "Account pinned",
        RotationEvent.Unpinned => "Account unpinned",
        RotationEvent.LimitMet => "Limit met",
        "import" => "Login imported",
        "edit" => "Account changed",
        "remove" => "Account removed",
        "refresh" => "Login renewed",
        "code" => "Enrolment code made",
        "enrol" => "Agent enrolled",
        "revoke" => "Agent revoked",
        "grant" => line.Outcome is "withdrawn" ? "Grant withdrawn" : "Account granted",
        "seal" => "Login sealed to an agent",
        "deliver" => "Login fetched by an agent",
        "confirm" => "Login put in place",
        "take-back" => "Login taken back",
        "bring-back" => "Login brought back",
        "adopt" => "Login found in a config dir",
        "authenticate" => "Agent's request",
        "rotate-keys" => "Keys rotated",
        var kind => kind.Replace('_', ' '),
    };

    /// <summary>As programs see it.</summary>
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

    /// <summary>The figures behind a decision: <c>{"from":{"five_hour":81.5},…}</c> as <c>from five hour 81.5, …</c>.</summary>
    private static string? Figures(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var words = Words(document.RootElement, "").Take(12).ToList();
            return words.Count == 0 ? null : string.Join(", ", words);
        }
        catch (JsonException)
        {
            return null; // Not of that form: the API shows it as it is.
        }
    }

    private static IEnumerable<string> Words(JsonElement item, string name) => item.ValueKind switch
    {
        JsonValueKind.Object => item.EnumerateObject().SelectMany(member => Words(member.Value, $"{name} {member.Name.Replace('_', ' ')}".Trim())),
        JsonValueKind.Number => [$"{name} {item.GetDouble().ToString("0.##", CultureInfo.InvariantCulture)}"],
        JsonValueKind.String => [$"{name} {item.GetString()}"],
        JsonValueKind.True => [name],
        _ => [],
    };
}
