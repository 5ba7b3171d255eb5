using System.Runtime.CompilerServices;
using Dapper;

namespace Ccflux.Receiver.Tests.Hosting;

/// <summary>Every receiver of the tests has a database of its own, and all have one schema.
/// Dapper keeps the code that it makes for a statement by connection string, so without this it would make it anew for each test.</summary>
internal static class DapperSetup
{
    [ModuleInitializer]
    internal static void ShareStatements() => SqlMapper.ConnectionStringComparer = new AllAreEqual();

    private sealed class AllAreEqual : IEqualityComparer<string>
    {
        public bool Equals(string? x, string? y) => true;

        public int GetHashCode(string obj) => 0;
    }
}
