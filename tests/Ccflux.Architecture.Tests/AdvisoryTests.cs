using System.Globalization;
using System.Xml.Linq;
using Ccflux.Testing;
using Xunit;

namespace Ccflux.Architecture.Tests;

/// <summary>A known advisory fails the build. Accepted ones are listed in one file, with a reason and a date.</summary>
public sealed class AdvisoryTests
{
    private static readonly string[] s_advisories = ["NU1901", "NU1902", "NU1903", "NU1904"];

    [Fact]
    public void Exceptions_SayWhyAndUntilWhen()
    {
        var file = XDocument.Load(Path.Combine(RepositoryRoot.Path, "eng", "advisories.props"));

        Assert.Empty(Faults(file, DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime)));
    }

    [Theory]
    [InlineData("""<NuGetAuditSuppress Include="https://github.com/advisories/GHSA-1" Reason="not used" Expires="2026-12-01" />""", null)]
    [InlineData("""<NuGetAuditSuppress Include="https://github.com/advisories/GHSA-1" Reason="not used" Expires="2026-11-30" />""", "https://github.com/advisories/GHSA-1: was accepted until 2026-11-30")]
    [InlineData("""<NuGetAuditSuppress Include="https://github.com/advisories/GHSA-1" Reason="not used" />""", "https://github.com/advisories/GHSA-1: Expires is no day (yyyy-MM-dd)")]
    [InlineData("""<NuGetAuditSuppress Include="https://github.com/advisories/GHSA-1" Reason="not used" Expires="1 Dec 2027" />""", "https://github.com/advisories/GHSA-1: Expires is no day (yyyy-MM-dd)")]
    [InlineData("""<NuGetAuditSuppress Include="https://github.com/advisories/GHSA-1" Reason=" " Expires="2026-12-01" />""", "https://github.com/advisories/GHSA-1: has no Reason")]
    [InlineData("""<NuGetAuditSuppress Include="GHSA-1" Reason="not used" Expires="2026-12-01" />""", "GHSA-1: is no https address")]
    [InlineData("""<NuGetAuditSuppress Include="https://github.com/advisories/GHSA-1" Reason="not used" Expires="2028-01-01" />""", "https://github.com/advisories/GHSA-1: is accepted for more than a year")]
    public void AnException_IsReadAsItsRule(string item, string? fault)
    {
        var faults = Faults(XDocument.Parse($"<Project><ItemGroup>{item}</ItemGroup></Project>"), new DateOnly(2026, 11, 30));

        Assert.Equal(fault is null ? [] : [fault], faults);
    }

    [Fact]
    public void TheBuild_LetsNoAdvisoryThroughElsewhere()
    {
        var files = Directory.EnumerateFiles(RepositoryRoot.Path, "*.*proj", SearchOption.AllDirectories)
            .Concat(Directory.EnumerateFiles(RepositoryRoot.Path, "*.props", SearchOption.AllDirectories))
            .Concat(Directory.EnumerateFiles(RepositoryRoot.Path, "*.targets", SearchOption.AllDirectories))
            .Where(path => !path.Contains("/artifacts/", StringComparison.Ordinal) && !path.Contains("/node_modules/", StringComparison.Ordinal))
            .ToList();
        var build = XDocument.Load(Path.Combine(RepositoryRoot.Path, "Directory.Build.props"));

        Assert.Contains(files, path => path.EndsWith("Directory.Build.props", StringComparison.Ordinal));
        Assert.Empty(files.Where(path => XDocument.Load(path).Descendants().Any(LetsThrough)).Select(path => Path.GetRelativePath(RepositoryRoot.Path, path)));
        Assert.DoesNotContain(files, path => !path.EndsWith("eng/advisories.props", StringComparison.Ordinal) && XDocument.Load(path).Descendants("NuGetAuditSuppress").Any());
        Assert.Equal(("true", "all", "low", "true"), (Property(build, "NuGetAudit"), Property(build, "NuGetAuditMode"), Property(build, "NuGetAuditLevel"), Property(build, "TreatWarningsAsErrors")));
    }

    private static bool LetsThrough(XElement element) =>
        element.Name.LocalName is "WarningsNotAsErrors" or "NoWarn" && s_advisories.Any(code => element.Value.Contains(code, StringComparison.Ordinal));

    private static string Property(XDocument build, string name) => build.Descendants(name).Single().Value;

    private static IEnumerable<string> Faults(XDocument file, DateOnly today) =>
        file.Descendants("NuGetAuditSuppress").Select(item => (Address: (string?)item.Attribute("Include") ?? "", Fault: Fault(item, today))).Where(item => item.Fault is not null).Select(item => $"{item.Address}: {item.Fault}");

    private static string? Fault(XElement item, DateOnly today)
    {
        if (!Uri.TryCreate((string?)item.Attribute("Include"), UriKind.Absolute, out var address) || address.Scheme != Uri.UriSchemeHttps)
        {
            return "is no https address";
        }

        if (string.IsNullOrWhiteSpace((string?)item.Attribute("Reason")))
        {
            return "has no Reason";
        }

        if (!DateOnly.TryParseExact((string?)item.Attribute("Expires"), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var until))
        {
            return "Expires is no day (yyyy-MM-dd)";
        }

        return until <= today ? $"was accepted until {until:yyyy-MM-dd}" : until > today.AddYears(1) ? "is accepted for more than a year" : null;
    }
}
