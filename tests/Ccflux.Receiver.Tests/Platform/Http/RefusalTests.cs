using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using Ccflux.Contracts.Http;
using Ccflux.Receiver.Platform.Http;
using Ccflux.Receiver.Tests.Hosting;
using Ccflux.Receiver.Usage.Ingest;

namespace Ccflux.Receiver.Tests.Platform.Http;

/// <summary>The catalogue of refusals is complete, says nothing twice, and docs/troubleshooting.md explains each of its codes.</summary>
public sealed partial class RefusalTests
{
    /// <summary>Stands for what a rule says about a field: the catalogue passes it on.</summary>
    private const string Passed = "Passed through.";

    private static readonly Type[] s_catalogue = [typeof(Refusals), typeof(ReportRefusals)];

    private static readonly string[] s_codes =
        [.. typeof(ErrorCodes).GetFields().Where(field => field.Name is not nameof(ErrorCodes.Header)).Select(field => (string)field.GetRawConstantValue()!)];

    [Fact]
    public void Documentation_HasEachCodeOnce_WithItsStatus()
    {
        var rows = CodeRow().Matches(File.ReadAllText(Repository.PathOf("docs/troubleshooting.md")))
            .Select(row => (Code: row.Groups["code"].Value, Status: int.Parse(row.Groups["status"].Value, CultureInfo.InvariantCulture)));

        Assert.Equal(
            s_codes.Select(code => (code, ErrorCodes.StatusOf(code))).Order(),
            rows.Order());
    }

    [Fact]
    public void Catalogue_UsesEachCode()
    {
        Assert.Equal(s_codes.Order(StringComparer.Ordinal), Catalogue().Select(refusal => refusal.Code).Where(code => code.Length > 0).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Catalogue_HasEachSentenceOnce_WithTheStatusOfItsCode()
    {
        var all = Catalogue();

        Assert.All(all, refusal => Assert.EndsWith(".", refusal.Detail, StringComparison.Ordinal));
        Assert.All(all.Where(refusal => refusal.Code.Length > 0), refusal => Assert.Equal(ErrorCodes.StatusOf(refusal.Code), refusal.Status));
        Assert.Empty(all.Where(refusal => !string.Equals(refusal.Detail, Passed, StringComparison.Ordinal)).GroupBy(refusal => refusal.Detail, StringComparer.Ordinal).Where(same => same.Count() > 1).Select(same => same.Key));
    }

    [Fact]
    public void Code_MakesNoRefusalOutsideTheCatalogue()
    {
        var others = Directory.EnumerateFiles(Repository.PathOf("src/Ccflux.Receiver"), "*.cs", SearchOption.AllDirectories)
            .Where(path => !Path.GetFileName(path).StartsWith("Refusals.", StringComparison.Ordinal))
            .Where(path => File.ReadAllText(path) is var text
                && (text.Contains("new Refusal(", StringComparison.Ordinal)
                    || (text.Contains("Refusals.Of(", StringComparison.Ordinal) && !s_catalogue.Any(part => string.Equals(part.Name, Path.GetFileNameWithoutExtension(path), StringComparison.Ordinal)))));

        Assert.Empty(others);
    }

    /// <summary>Every refusal of the catalogue; those with parameters, with some values. A status is no sentence of its own, so those by status are left out.</summary>
    private static List<Refusal> Catalogue()
    {
        var values = s_catalogue.SelectMany(of => of.GetProperties()).Select(property => (Refusal)property.GetValue(null)!);
        var made = s_catalogue.SelectMany(of => of.GetMethods(BindingFlags.Public | BindingFlags.Static))
            .Where(method => !method.IsSpecialName && method.Name is not nameof(Refusals.OfStatus))
            .Select(method => (Refusal)method.Invoke(null, [.. method.GetParameters().Select(Value)])!);
        return [.. values, .. made];
    }

    private static object Value(ParameterInfo parameter) =>
        parameter.ParameterType == typeof(TimeSpan) ? TimeSpan.FromSeconds(3)
        : parameter.ParameterType == typeof(string) ? Passed
        : Convert.ChangeType(422, parameter.ParameterType, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^\| `(?<code>[a-z-]+)` \| (?<status>[0-9]{3}) \|", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex CodeRow();
}
