using System.Text.Json;
using Ccflux.Contracts.Quota;

namespace Ccflux.Receiver.Quota.Sources;

/// <summary>
/// Parses the answers of both issuers. Windows are recognised by their shape and not by their names, so that new ones appear automatically, and each one
/// separately, so that none depends on a field that this version does not know:
/// <code>{"five_hour":{"utilization":42.0,"resets_at":"2026-11-21T12:00:00+00:00"},"seven_day_opus":null,
/// "limits":[{"kind":"weekly_scoped","percent":5,"resets_at":null,"scope":{"model":{"display_name":"Fable"}}}],"extra_usage":{"utilization":null}}</code>
/// </summary>
/// <param name="Readings">The windows that could be read, at most <see cref="ReadingLimits.MaxWindows"/>; those that count every model come first.</param>
/// <param name="LeftOut">Names of what could not be read, at most <see cref="MaxLeftOut"/>.</param>
internal sealed record UsageAnswer(IReadOnlyList<Reading> Readings, IReadOnlyList<string> LeftOut)
{
    public const int MaxLeftOut = 8;

    /// <summary>Replaces a name that is not a window's.</summary>
    private const string Unnamed = "another field";

    /// <summary>Deep enough for anything an issuer may add; the reader does not recurse.</summary>
    private const int MaxDepth = 256;

    private static readonly DateTimeOffset s_earliest = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset s_latest = new(2200, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Null if nothing in it can be read: no window with a figure, and none that states that it has none yet.</summary>
    public static UsageAnswer? Parse(ReadOnlyMemory<byte> body, DateTimeOffset now)
    {
        try
        {
            using var document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = MaxDepth });
            return document.RootElement.ValueKind == JsonValueKind.Object ? new Reader(now).Read(document.RootElement) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private enum Found
    {
        Read = 1,

        /// <summary>The window states that it has no figure yet.</summary>
        Empty = 2,
        Odd = 3,
    }

    private sealed class Reader(DateTimeOffset now)
    {
        private readonly Dictionary<string, Reading> _readings = new(StringComparer.Ordinal);
        private readonly List<string> _leftOut = [];

        public UsageAnswer? Read(JsonElement root)
        {
            var isKnown = false;
            foreach (var property in root.EnumerateObject())
            {
                if (NameOf(property) is not { } name)
                {
                    LeaveOut(Unnamed);
                }
                else if (name is "limits")
                {
                    isKnown |= ReadLimits(property.Value);
                }
                else
                {
                    isKnown |= ReadWindow(name, property.Value);
                }
            }

            return isKnown || _readings.Count > 0
                ? new UsageAnswer([.. _readings.Values.OrderByDescending(reading => LimitNames.IsGeneral(reading.Window)).Take(ReadingLimits.MaxWindows)], _leftOut)
                : null;
        }

        /// <returns>Whether it is one of the two windows that every answer has, and states that it has no figure yet.</returns>
        private bool ReadWindow(string field, JsonElement value)
        {
            var name = LimitNames.Canonical(field);
            var isGeneral = LimitNames.IsGeneral(name);
            if (isGeneral && value.ValueKind == JsonValueKind.Null)
            {
                return true;
            }

            if (value.ValueKind != JsonValueKind.Object || !ReadingLimits.IsWindowName(name) || Part(value, "utilization") is not { } used)
            {
                LeaveOut(isGeneral ? Found.Odd : Found.Empty, name);
                return false;
            }

            var found = Add(name, used, value, isReplacing: true);
            LeaveOut(found, name);
            return isGeneral && found == Found.Empty;
        }

        /// <summary>The list repeats the windows under other names; only those that are missing are read from it.</summary>
        /// <returns>Whether one of its limits states that it has no figure yet.</returns>
        private bool ReadLimits(JsonElement limits)
        {
            var isKnown = false;
            if (limits.ValueKind != JsonValueKind.Array)
            {
                return isKnown;
            }

            foreach (var limit in limits.EnumerateArray())
            {
                var name = LimitNames.OfKind(Text(limit, "kind"), Scope(limit));
                if (!ReadingLimits.IsWindowName(name))
                {
                    LeaveOut("limits");
                }
                else if (Part(limit, "percent") is { } percent)
                {
                    var found = Add(name, percent, limit, isReplacing: false);
                    LeaveOut(found, name);
                    isKnown |= found == Found.Empty;
                }
            }

            return isKnown;
        }

        private Found Add(string window, JsonElement used, JsonElement holder, bool isReplacing)
        {
            if (used.ValueKind == JsonValueKind.Null)
            {
                return Found.Empty;
            }

            if (used.ValueKind != JsonValueKind.Number || !used.TryGetDouble(out var percent) || percent is not (>= 0 and <= ReadingLimits.MaxPercentage))
            {
                return Found.Odd;
            }

            var isResetRead = TryReset(holder, out var resetsAt);
            if (isReplacing || !_readings.ContainsKey(window))
            {
                _readings[window] = new Reading(window, Reading.Milli(percent), resetsAt, now);
            }

            return isResetRead ? Found.Read : Found.Odd;
        }

        private void LeaveOut(Found found, string name)
        {
            if (found == Found.Odd)
            {
                LeaveOut(name);
            }
        }

        private void LeaveOut(string name)
        {
            if (_leftOut.Count < MaxLeftOut && !_leftOut.Contains(name, StringComparer.Ordinal))
            {
                _leftOut.Add(name);
            }
        }
    }

    /// <summary>A text, or seconds since 1970 as status lines send it. If it is neither, the figure is kept without a reset.</summary>
    private static bool TryReset(JsonElement holder, out DateTimeOffset? resetsAt)
    {
        resetsAt = null;
        if (Part(holder, "resets_at") is not { } reset || reset.ValueKind == JsonValueKind.Null)
        {
            return true;
        }

        DateTimeOffset? at = reset.ValueKind switch
        {
            JsonValueKind.String => DateTimeOffset.TryParse(TextOf(reset), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var text) ? text : null,
            JsonValueKind.Number => reset.TryGetInt64(out var seconds) && seconds is > 0 and < 253_402_300_800 ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null,
            _ => null,
        };
        if (at is not { } instant || instant < s_earliest || instant >= s_latest)
        {
            return false;
        }

        resetsAt = Reading.ToSecond(instant);
        return true;
    }

    /// <summary>The display name of the model or surface that a limit applies to; empty if it applies to all.</summary>
    private static string Scope(JsonElement limit)
    {
        if (Part(limit, "scope") is not { } scope)
        {
            return "";
        }

        return Part(scope, "model") is not { ValueKind: JsonValueKind.Object } model ? Text(scope, "surface")
            : Text(model, "display_name") is { Length: > 0 } shown ? shown : Text(model, "id");
    }

    private static string? NameOf(JsonProperty property)
    {
        try
        {
            return property.Name;
        }
        catch (InvalidOperationException)
        {
            return null; // half a surrogate pair
        }
    }

    private static JsonElement? Part(JsonElement holder, string name)
    {
        try
        {
            return holder.ValueKind == JsonValueKind.Object && holder.TryGetProperty(name, out var value) ? value : null;
        }
        catch (InvalidOperationException)
        {
            return null; // the name next to it has half a surrogate pair
        }
    }

    /// <summary>Empty if there is no valid text.</summary>
    private static string Text(JsonElement holder, string name) => Part(holder, name) is { } value ? TextOf(value) : "";

    private static string TextOf(JsonElement value)
    {
        try
        {
            return value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
        }
        catch (InvalidOperationException)
        {
            return "";
        }
    }
}
