using System.Reflection;
using Xunit;

namespace Ccflux.Architecture.Tests;

/// <summary>Database drivers appear below Ccflux.Storage only, and there in a folder of their own.</summary>
public sealed class DriverTests
{
    private const string Sqlite = "Ccflux.Storage.Sqlite";

    private static readonly string[] Drivers = ["Microsoft.Data.Sqlite", "SQLitePCL", "Dapper", "Npgsql"];

    /// <summary>What opens, copies or imports a database file knows that it is one of SQLite.</summary>
    private static readonly string[] OpenFiles = ["Ccflux.Receiver.Platform.Database", "Ccflux.Receiver.Usage.Import"];

    [Theory]
    [InlineData("ccflux-receiver")]
    [InlineData("Ccflux.Contracts")]
    public void Assembly_UsesNoDriver(string name) =>
        Assert.DoesNotContain(Assembly.Load(name).GetReferencedAssemblies(), used => Drivers.Any(driver => used.Name!.StartsWith(driver, StringComparison.OrdinalIgnoreCase)));

    [Fact]
    public void Receiver_UsesSqliteOnlyWhereItOpensFiles()
    {
        var users = SliceGraph.Types(Assembly.Load("ccflux-receiver")).Where(use => use.To.Namespace is Sqlite).Select(use => use.From.Namespace!).Distinct(StringComparer.Ordinal);

        Assert.Equal(OpenFiles, users.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Storage_OutsideTheDriversFolder_KnowsNoDriver()
    {
        var uses = SliceGraph.Types(Assembly.Load("Ccflux.Storage"))
            .Where(use => use.From.Namespace is not Sqlite && IsOwn(use.From) && (use.To.Namespace is Sqlite || Drivers.Any(driver => use.To.Namespace?.StartsWith(driver, StringComparison.OrdinalIgnoreCase) == true)))
            .Select(use => $"{use.From} uses {use.To}");

        Assert.Empty(uses);
    }

    private static bool IsOwn(Type type) => type.Namespace?.StartsWith("Ccflux.", StringComparison.Ordinal) == true;
}
