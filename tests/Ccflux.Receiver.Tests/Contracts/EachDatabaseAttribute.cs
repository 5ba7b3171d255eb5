using System.Reflection;
using Xunit.Sdk;
using Xunit.v3;

namespace Ccflux.Receiver.Tests.Contracts;

/// <summary>Runs a test once on each kind of database: <c>[Theory, EachDatabase]</c>.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class EachDatabaseAttribute : DataAttribute
{
    public override ValueTask<IReadOnlyCollection<ITheoryDataRow>> GetData(MethodInfo testMethod, DisposalTracker disposalTracker) =>
        new([.. Enum.GetValues<DatabaseKind>().Select(kind => new TheoryDataRow(kind))]);

    public override bool SupportsDiscoveryEnumeration() => true;
}
