using System.Runtime.CompilerServices;
using Dapper;

namespace Ccflux.Receiver.Tests.Hosting;

/// <summary>Every receiver in the tests has its own database, and all have the same schema.
/// Dapper caches the code that it generates for a statement by connection string, so without this it would generate it again for each test.</summary>
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
