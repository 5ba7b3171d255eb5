using System.Text;

namespace Ccflux.Receiver.Shell.Components;

/// <summary>A card's sparkline as SVG paths, 72 by 24, with the smallest figure at the bottom and the largest at the top.</summary>
internal sealed record SparkPath(string Line, string Area)
{
    private const double Width = 72;
    private const double Height = 24;
    private const double Top = 2;
    private const double Floor = 23;

    /// <summary>Gaps repeat the previous figure. Returns null if fewer than two figures are known.</summary>
    public static SparkPath? Of(IReadOnlyList<double?> values)
    {
        var known = values.OfType<double>().ToList();
        if (values.Count < 2 || known.Count < 2)
        {
            return null;
        }

        var low = known.Min();
        var span = known.Max() - low;
        var line = new StringBuilder();
        var last = known[0];
        for (var index = 0; index < values.Count; index++)
        {
            last = values[index] ?? last;
            var x = Width * index / (values.Count - 1);
            var y = span == 0 ? Floor : Floor - ((Floor - Top) * (last - low) / span);
            line.Append(index == 0 ? 'M' : 'L').Append(Round(x)).Append(' ').Append(Round(y));
        }

        return new SparkPath(line.ToString(), $"{line}L{Round(Width)} {Round(Height)}L0 {Round(Height)}z");
    }

    private static string Round(double value) => value.ToString("0.#", CultureInfo.InvariantCulture);
}
