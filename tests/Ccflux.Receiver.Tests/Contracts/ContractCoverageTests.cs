using System.Reflection;
using System.Text.RegularExpressions;

namespace Ccflux.Receiver.Tests.Contracts;

/// <summary>Every SQL text of the receiver is run by a contract test, so that another kind of database cannot meet one that nobody tried on it.</summary>
[Collection<ContractTests>]
public sealed partial class ContractCoverageTests
{
    /// <summary>Texts that run on SQLite only. A trailing <c>*</c> stands for any name.</summary>
    private static readonly (string Name, string Reason)[] s_exceptions =
    [
        ("DatabaseCopySql.CopyTo", "backup of a SQLite file: VACUUM INTO"),
        ("DatabaseCopySql.IsOurs", "restore of a SQLite file: asks SQLite's own table of tables"),
        ("DatabaseCopySql.Check", "restore of a SQLite file: PRAGMA"),
        ("DatabaseCopySql.Attach", "restore of a SQLite file: ATTACH"),
        ("DatabaseCopySql.CheckFormer", "restore of a SQLite file: PRAGMA"),
        ("DatabaseCopySql.HasTable", "restore of a SQLite file: reads the attached one"),
        ("DatabaseCopySql.KeepAudit", "restore of a SQLite file: reads the attached one"),
        ("ErasureSql.SelectFormer*", "restore of a SQLite file: reads the attached one"),
        ("FleetRevocationsSql.*", "restore of a SQLite file: reads the attached one, or is part of it"),
        ("RevocationsSql.Select*", "restore of a SQLite file: reads the attached one"),
        ("RevocationsSql.Revoke*", "restore of a SQLite file: reads the attached one"),
        ("TelemetryTokensSql.SelectRevokedSince", "restore of a SQLite file: reads the attached one"),
        ("TelemetryTokensSql.RevokeSince", "restore of a SQLite file: reads the attached one"),
        ("TelemetryTokensSql.SelectUnknown", "restore of a SQLite file: reads the attached one"),
        ("LegacySql.Select*", "import: reads a database of ccflux 0.1, which is a SQLite file"),
    ];

    [Fact]
    public void EverySqlText_IsRunByAContractTest()
    {
        // Where only some tests were asked for, the others say nothing.
        Assert.SkipUnless(NotRun().Count == 0, $"Only after all contract tests; {NotRun().Count} did not run, such as {NotRun().FirstOrDefault()}.");
        var ran = SqlRecord.Texts.ToHashSet(StringComparer.Ordinal);

        var missing = Constants().Where(constant => !IsException(constant.Name))
            .Where(constant => constant.IsStatement ? !ran.Contains(constant.Text) : !ran.Any(text => text.Contains(constant.Text, StringComparison.Ordinal)))
            .Select(constant => constant.Name)
            .Order(StringComparer.Ordinal)
            .ToList();

        Assert.True(missing.Count == 0, $"{missing.Count} SQL texts are run by no contract test: {string.Join(", ", missing)}");
    }

    [Fact]
    public void Exceptions_NameTextsThatNoContractTestRuns()
    {
        var ran = SqlRecord.Texts.ToHashSet(StringComparer.Ordinal);
        var constants = Constants();
        Assert.All(s_exceptions, exception =>
        {
            var named = constants.Where(constant => Matches(constant.Name, exception.Name)).ToList();
            Assert.True(named.Count > 0, $"{exception.Name} names no text.");
            Assert.True(named.TrueForAll(constant => !ran.Contains(constant.Text)), $"{exception.Name} names a text that a contract test runs: no exception is needed.");
        });
    }

    private static List<string> NotRun() =>
    [
        .. Assembly.GetExecutingAssembly().GetTypes()
            .SelectMany(type => type.GetMethods())
            .Where(method => method.GetCustomAttribute<EachDatabaseAttribute>() is not null)
            .Select(method => $"{method.DeclaringType!.FullName}.{method.Name}")
            .Except(SqlRecord.Tests, StringComparer.Ordinal),
    ];

    /// <summary>The constants of all classes named <c>…Sql</c>. Those that are no statements are parts of some; so is a private one.</summary>
    private static List<(string Name, string Text, bool IsStatement)> Constants() =>
    [
        .. typeof(Program).Assembly.GetTypes()
            .Where(type => type.Name.EndsWith("Sql", StringComparison.Ordinal))
            .SelectMany(type => type.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
                .Where(field => field.IsLiteral && field.FieldType == typeof(string))
                .Select(field => (Name: $"{type.Name}.{field.Name}", Text: (string)field.GetRawConstantValue()!, field.IsPrivate)))
            .Select(constant => (constant.Name, constant.Text, !constant.IsPrivate && StatementStart().IsMatch(constant.Text))),
    ];

    private static bool IsException(string name) => s_exceptions.Any(exception => Matches(name, exception.Name));

    private static bool Matches(string name, string pattern) =>
        pattern.EndsWith('*') ? name.StartsWith(pattern[..^1], StringComparison.Ordinal) : string.Equals(name, pattern, StringComparison.Ordinal);

    [GeneratedRegex(@"^\s*(SELECT|INSERT|UPDATE|DELETE|WITH|VACUUM|PRAGMA|ATTACH)\b", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex StatementStart();
}
