using System.Globalization;
using System.Text;
using Ccflux.Contracts.Quota;
using Ccflux.Hook.Spool;

namespace Ccflux.Hook.StatusLine;

/// <summary>The line: <c>Opus 5.5 · context 2% · 5h ███░░░░░ 42% until 14:30 · 7d █░░░░░░░ 17% until Tue 09:00</c>, each part only if the input has it.</summary>
/// <param name="zone">Time zone of the reset times.</param>
/// <param name="colours">Whether a fuller bar may be yellow or red; the figure next to it says the same.</param>
internal sealed class StatusText(TimeZoneInfo zone, bool colours)
{
    private const int Cells = 8;
    private const double Warning = 70;
    private const double Critical = 90;

    public string Render(StatusInput input, DateTimeOffset now)
    {
        var parts = new List<string>(4);
        if (input.Model is { } model)
        {
            parts.Add(model);
        }

        if (input.ContextPercentage is { } context)
        {
            parts.Add($"context {Percent(context)}");
        }

        foreach (var window in input.Windows)
        {
            if (window.Name is "five_hour" or "seven_day")
            {
                parts.Add(Limit(window.Name is "five_hour" ? "5h" : "7d", window, now));
            }
        }

        return string.Join(" · ", parts);
    }

    private string Limit(string name, LimitWindow window, DateTimeOffset now)
    {
        var bar = $"{Bar(window.UsedPercentage)} {Percent(window.UsedPercentage)}";
        var colour = window.UsedPercentage >= Critical ? "31" : window.UsedPercentage >= Warning ? "33" : null;
        var text = new StringBuilder(name).Append(' ').Append(colours && colour is not null ? $"\e[{colour}m{bar}\e[0m" : bar);
        if (window.ResetsAt is { } reset)
        {
            // An idle session repeats what it saw last: after its reset, the figure is history and the line says so.
            text.Append(reset > now ? " until " : " before its reset at ").Append(Clock(reset, now));
        }

        return text.ToString();
    }

    private string Clock(DateTimeOffset at, DateTimeOffset now)
    {
        var local = TimeZoneInfo.ConvertTime(at, zone);
        var format = local.Date == TimeZoneInfo.ConvertTime(now, zone).Date ? "HH:mm" : (at - now).Duration() < TimeSpan.FromDays(6) ? "ddd HH:mm" : "d MMM HH:mm";
        return local.ToString(format, CultureInfo.InvariantCulture);
    }

    private static string Bar(double used)
    {
        var full = (int)Math.Clamp(Math.Round(used * Cells / 100, MidpointRounding.AwayFromZero), 0, Cells);
        return new string('█', full) + new string('░', Cells - full);
    }

    private static string Percent(double used) => UsedShare.Text(used) + "%";
}
