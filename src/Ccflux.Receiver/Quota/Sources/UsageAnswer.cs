using System.Text.Json;
using Ccflux.Contracts.Quota;

namespace Ccflux.Receiver.Quota.Sources;

/// <summary>
/// Reads what both issuers answer. Windows are taken by their shape and not by their names, so that new ones appear by themselves:
/// <code>{"five_hour":{"utilization":42.0,"resets_at":"2026-11-21T12:00:00+00:00"},"seven_day_opus":null,
/// "limits":[{"kind":"weekly_scoped","percent":5,"resets_at":null,"scope":{"model":{"display_name":"Fable"}}}],"extra_usage":{"utilization":null}}</code>
/// </summary>
internal static class UsageAnswer
{
    private const string FiveHour = "five_hour";
    private const string SevenDay = "seven_day";
    private const int MaxDepth = 16;

    /// <summary>Null where the answer is not of this form: neither of the two windows that every answer has, or a field of another type.</summary>
    public static IReadOnlyList<Reading>? Parse(ReadOnlyMemory<byte> body, DateTimeOffset now)
    {
        try
        {
            using var document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = MaxDepth });
            return document.RootElement.ValueKind == JsonValueKind.Object ? Read(document.RootElement, now) : null;
        }
        catch (JsonException)
        {
            return null;
        }
        catch (InvalidOperationException)
        {
            // A text that is no valid UTF-16.
            return null;
        }
    }

    private static List<Reading>? Read(JsonElement root, DateTimeOffset now)
    {
        var readings = new Dictionary<string, Reading>(StringComparer.Ordinal);
        var isKnown = false;
        foreach (var property in root.EnumerateObject())
        {
            isKnown |= property.Name is FiveHour or SevenDay;
            if (property.Value.ValueKind == JsonValueKind.Object && ReadingLimits.IsWindowName(property.Name) && property.Value.TryGetProperty("utilization", out var used))
            {
                if (!TryAdd(readings, property.Name, used, property.Value, now))
                {
                    return null;
                }
            }
            else if (property.Name is FiveHour or SevenDay && property.Value.ValueKind != JsonValueKind.Null)
            {
                return null;
            }
        }

        if (root.TryGetProperty("limits", out var limits) && limits.ValueKind == JsonValueKind.Array)
        {
            isKnown |= limits.GetArrayLength() > 0;
            foreach (var limit in limits.EnumerateArray())
            {
                if (limit.ValueKind != JsonValueKind.Object || !TryAddLimit(readings, limit, now))
                {
                    return null;
                }
            }
        }

        return isKnown ? [.. readings.Values.Take(ReadingLimits.MaxWindows)] : null;
    }

    /// <summary>The list repeats the windows under other names; only what they lack is taken from it.</summary>
    private static bool TryAddLimit(Dictionary<string, Reading> readings, JsonElement limit, DateTimeOffset now)
    {
        var kind = Text(limit, "kind");
        var window = kind switch
        {
            "session" => FiveHour,
            "weekly_all" => SevenDay,
            _ => Scoped(kind, limit),
        };
        return !ReadingLimits.IsWindowName(window)
            || readings.ContainsKey(window)
            || !limit.TryGetProperty("percent", out var percent)
            || TryAdd(readings, window, percent, limit, now);
    }

    private static string Scoped(string kind, JsonElement limit)
    {
        if (!limit.TryGetProperty("scope", out var scope) || scope.ValueKind != JsonValueKind.Object
            || !scope.TryGetProperty("model", out var model) || model.ValueKind != JsonValueKind.Object)
        {
            return kind;
        }

        var name = Text(model, "display_name") is { Length: > 0 } shown ? shown : Text(model, "id");
        return $"{kind}:{string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) ? char.ToLowerInvariant(c) : '-'))}";
    }

    /// <returns>False where a field has another type than it should.</returns>
    private static bool TryAdd(Dictionary<string, Reading> readings, string window, JsonElement used, JsonElement holder, DateTimeOffset now)
    {
        if (used.ValueKind == JsonValueKind.Null)
        {
            return true;
        }

        if (used.ValueKind != JsonValueKind.Number || !used.TryGetDouble(out var percent) || percent is not (>= 0 and <= ReadingLimits.MaxPercentage))
        {
            return false;
        }

        DateTimeOffset? resetsAt = null;
        if (holder.TryGetProperty("resets_at", out var reset) && reset.ValueKind != JsonValueKind.Null)
        {
            if (reset.ValueKind != JsonValueKind.String || !reset.TryGetDateTimeOffset(out var at) || at.Year < 2020)
            {
                return false;
            }

            resetsAt = Reading.ToSecond(at);
        }

        readings[window] = new Reading(window, Reading.Milli(percent), resetsAt, now);
        return true;
    }

    private static string Text(JsonElement holder, string name) =>
        holder.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
}
