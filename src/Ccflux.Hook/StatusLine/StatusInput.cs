using System.Text.Json;
using Ccflux.Contracts.Quota;
using Ccflux.Hook.Spool;

namespace Ccflux.Hook.StatusLine;

/// <summary>The parts of the status line's input that are kept. A part that is missing or has an unknown shape is null: the rest is valid without it.</summary>
internal sealed record StatusInput(string? SessionId, string? TranscriptPath, string? Model, double? ContextPercentage, IReadOnlyList<LimitWindow> Windows, TimeSpan? Age = null)
{
    private const int MaxModel = 40;

    /// <summary>Longer sessions count as this long.</summary>
    private const double MaxAge = 366 * 86_400_000d;

    // {"session_id":"dfe7d126-…","transcript_path":"/home/dev/.claude/projects/-home-dev-proj/dfe7d126-….jsonl","model":{"id":"claude-opus-5-5",
    //  "display_name":"Opus 5.5"},"context_window":{"used_percentage":2,…},"cost":{"total_duration_ms":840000,…},"rate_limits":{"five_hour":{"used_percentage":42,"resets_at":1795252215},…},…}

    /// <summary>Null if the text is not a JSON object.</summary>
    public static StatusInput? Read(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var root = document.RootElement;
            return root.ValueKind != JsonValueKind.Object
                ? null
                : new StatusInput(
                    Text(root, "session_id"),
                    Text(root, "transcript_path"),
                    ModelName(root),
                    Section(root, "context_window") is { } context ? Number(context, "used_percentage") : null,
                    Section(root, "rate_limits") is { } limits ? ReadWindows(limits) : [],
                    Section(root, "cost") is { } cost && Number(cost, "total_duration_ms") is { } age and >= 0 ? TimeSpan.FromMilliseconds(Math.Min(age, MaxAge)) : null);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static List<LimitWindow> ReadWindows(JsonElement limits)
    {
        var windows = new List<LimitWindow>();
        foreach (var limit in limits.EnumerateObject())
        {
            // Any name counts as a window's, so that a new kind of limit needs no new client; what the receiver would refuse is not recorded.
            if (windows.Count < ReadingLimits.MaxWindows
                && JsonMember.NameOf(limit) is { } name
                && ReadingLimits.IsWindowName(name)
                && limit.Value.ValueKind == JsonValueKind.Object
                && Number(limit.Value, "used_percentage") is { } used and >= 0 and <= ReadingLimits.MaxPercentage
                && !windows.Exists(window => string.Equals(window.Name, name, StringComparison.Ordinal)))
            {
                windows.Add(new LimitWindow(name, used, Number(limit.Value, "resets_at") is { } seconds ? Instant(seconds) : null));
            }
        }

        return windows;
    }

    /// <summary>Null outside 2020 to 2100: no reset is then.</summary>
    private static DateTimeOffset? Instant(double seconds) => seconds is >= 1_577_836_800 and < 4_102_444_800 ? DateTimeOffset.FromUnixTimeSeconds((long)seconds) : null;

    private static string? ModelName(JsonElement root)
    {
        var name = Section(root, "model") is { } model ? Text(model, "display_name") ?? Text(model, "id") : null;
        if (name is null)
        {
            return null;
        }

        // It is printed to a terminal: no escape sequence may get there in a model's name.
        var harmless = string.Concat(name.Where(c => !char.IsControl(c) && !char.IsSurrogate(c)).Take(MaxModel));
        return harmless.Length > 0 ? harmless : null;
    }

    private static JsonElement? Section(JsonElement parent, string name) =>
        JsonMember.Find(parent, name) is { ValueKind: JsonValueKind.Object } value ? value : null;

    private static string? Text(JsonElement parent, string name)
    {
        try
        {
            return JsonMember.Find(parent, name) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            return null; // half a surrogate pair
        }
    }

    private static double? Number(JsonElement parent, string name) =>
        JsonMember.Find(parent, name) is { ValueKind: JsonValueKind.Number } value && value.TryGetDouble(out var number) && double.IsFinite(number)
            ? number
            : null;
}
