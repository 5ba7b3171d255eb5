using Ccflux.Receiver.Shell.Format;
using Ccflux.Receiver.Telemetry.Read.Views;

namespace Ccflux.Receiver.Telemetry.Pages.Parts;

/// <summary>A part of the ring, whose circumference is 1000.</summary>
internal sealed record RingArc(string Name, long Count, string Share, int Colour, string Dash, string Offset);

/// <summary>Sessions by terminal as a ring: five by name, the rest combined.</summary>
internal sealed record TerminalRing(long Sum, IReadOnlyList<RingArc> Arcs)
{
    private const int Named = 5;

    /// <summary>The gap between two parts.</summary>
    private const double Gap = 6;

    private static readonly int[] s_colours = [5, 7, 6, 2, 3];

    public static TerminalRing Of(IReadOnlyList<NamedCount> terminals)
    {
        var sum = terminals.SaturatingSum(row => row.Count);
        var parts = terminals.Take(Named).Select((row, place) => (Name: Name(row), row.Count, Colour: s_colours[place])).ToList();
        if (terminals.Count > Named)
        {
            parts.Add(("other", terminals.Skip(Named).SaturatingSum(row => row.Count), 0));
        }

        var arcs = new List<RingArc>();
        var start = 0.0;
        foreach (var (name, count, colour) in parts)
        {
            var length = sum == 0 ? 0 : 1000.0 * count / sum;
            var drawn = parts.Count == 1 ? length : Math.Max(1, length - Gap);
            arcs.Add(new RingArc(name, count, Numbers.Share(length / 1000), colour, $"{Text(drawn)} {Text(1000 - drawn)}", Text(-start)));
            start += length;
        }

        return new TerminalRing(sum, arcs);
    }

    public static string Name(NamedCount row) => row.Name.Length > 0 ? row.Name : "not named";

    private static string Text(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);
}
