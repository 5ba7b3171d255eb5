using System.Globalization;

namespace Ccflux.Contracts.Pricing;

/// <summary>What the API charges beyond the rates of tokens.</summary>
public static class Surcharges
{
    /// <summary>USD for one web search.</summary>
    public const decimal WebSearchUsd = 0.01m;

    private const decimal UsRegion = 0.1m;

    /// <summary>What is added to the tokens' cost of a message answered in the US region (<c>inference_geo: "us"</c>), as a share of it: 0.1 from
    /// version 4.6 on, 0 before and for names that are no Claude model's.</summary>
    public static decimal OfUsRegion(string model)
    {
        var parts = PriceList.BaseName(model).Split('-');
        if (parts is not ["claude", _, var major, ..] || !TryVersion(major, out var first))
        {
            return 0;
        }

        var second = parts.Length > 3 && TryVersion(parts[3], out var minor) ? minor : 0;
        return first > 4 || (first == 4 && second >= 6) ? UsRegion : 0;
    }

    private static bool TryVersion(string text, out int version) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out version) && text.Length <= 2;
}
