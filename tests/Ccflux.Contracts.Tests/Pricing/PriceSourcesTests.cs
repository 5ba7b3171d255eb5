using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Ccflux.Contracts.Pricing;
using Ccflux.Testing;
using Xunit;

namespace Ccflux.Contracts.Tests.Pricing;

/// <summary>The price list against <c>tests/fixtures/prices</c>: the source of each figure, and which models the vendor names.</summary>
public sealed partial class PriceSourcesTests
{
    private static readonly string s_fixtures = Path.Combine(RepositoryRoot.Path, "tests", "fixtures");

    /// <summary>A model, the first day of an entry ("" for none), the kind of rates and the kind of token.</summary>
    private sealed record Place(string Model, string From, string Rates, string Kind);

    [Fact]
    public void EveryFigure_HasItsSource_AndEverySourceItsFigure()
    {
        var sources = Table("sources.tsv", 7).ToDictionary(
            row => new Place(row[0], row[1], row[2], row[3]),
            row => decimal.Parse(row[4], CultureInfo.InvariantCulture));

        var listed = Figures().ToDictionary();

        Assert.Equal(
            sources.OrderBy(pair => pair.Key.ToString(), StringComparer.Ordinal),
            listed.OrderBy(pair => pair.Key.ToString(), StringComparer.Ordinal));
    }

    [Fact]
    public void EverySource_SaysWhatItIs_AndWhenItWasRead()
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(PriceListTests.PricesPath));
        var updated = json.RootElement.GetProperty("updated").GetString()!;

        Assert.All(Table("sources.tsv", 7), row => Assert.True(row[5].Length > 10 && IsDay(row[6]) && string.CompareOrdinal(row[6], updated) <= 0));
        Assert.All(Table("models.tsv", 5), row => Assert.True(row[3].Length > 10 && IsDay(row[4]) && (row[2].Length == 0 || IsDay(row[2]))));
    }

    [Fact]
    public void EveryModelOfTheVendor_IsPricedAsTheOneItIs()
    {
        var models = Table("models.tsv", 5);

        Assert.All(models, row => Assert.Same(PriceList.BuiltIn.Find(row[1], new DateOnly(2026, 11, 29))!, PriceList.BuiltIn.Find(row[0], new DateOnly(2026, 11, 29))));
        Assert.Equal(PriceListTests.Listed().Order(StringComparer.Ordinal), models.Select(row => row[1]).Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void EveryModelInTheFixtures_IsPriced()
    {
        var names = new[] { "claude-code", "otlp" }
            .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(s_fixtures, folder), "*.json*", SearchOption.AllDirectories))
            .SelectMany(file => ClaudeModel().Matches(File.ReadAllText(file)))
            .Select(match => match.Value)
            .ToHashSet(StringComparer.Ordinal);

        Assert.Superset(new HashSet<string>(["claude-opus-5-5", "claude-haiku-5-5", "claude-sonnet-5-5", "claude-opus-4-8", "claude-sonnet-4-5-20250929", "claude-haiku-4-5-20251001"], StringComparer.Ordinal), names);
        Assert.All(names, name => Assert.NotNull(PriceList.BuiltIn.Find(name, new DateOnly(2026, 11, 21))));
    }

    private static IEnumerable<KeyValuePair<Place, decimal>> Figures()
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(PriceListTests.PricesPath));
        foreach (var factor in json.RootElement.EnumerateObject().Where(member => member.Value.ValueKind == JsonValueKind.Number))
        {
            yield return new(new Place("*", "", "*", factor.Name), factor.Value.GetDecimal());
        }

        foreach (var model in json.RootElement.GetProperty("models").EnumerateObject())
        {
            foreach (var entry in model.Value.EnumerateArray())
            {
                var from = entry.TryGetProperty("from", out var day) ? day.GetString()! : "";
                foreach (var member in entry.EnumerateObject().Where(member => !member.NameEquals("from")))
                {
                    foreach (var figure in member.Value.ValueKind == JsonValueKind.Object ? member.Value.EnumerateObject().ToArray() : [member])
                    {
                        var rates = member.Value.ValueKind == JsonValueKind.Object ? member.Name : "standard";
                        yield return new(new Place(model.Name, from, rates, figure.Name), figure.Value.GetDecimal());
                    }
                }
            }
        }
    }

    private static List<string[]> Table(string name, int columns)
    {
        var rows = File.ReadAllLines(Path.Combine(s_fixtures, "prices", name)).Skip(1).Select(line => line.Split('\t')).ToList();
        Assert.NotEmpty(rows);
        Assert.All(rows, row => Assert.Equal(columns, row.Length));
        return rows;
    }

    private static bool IsDay(string text) => DateOnly.TryParseExact(text, "yyyy-MM-dd", out _);

    [GeneratedRegex(@"claude-(opus|sonnet|haiku|fable|mythos)-[0-9]+(-[0-9]+)*(\[1m\])?", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex ClaudeModel();
}
