using Xunit.v3;

namespace Ccflux.Receiver.Tests.Contracts;

/// <summary>The collection of all contract tests. They run one after another, and <see cref="ContractCoverageTests"/> runs after all others.</summary>
[CollectionDefinition, TestClassOrderer(typeof(CoverageLast))]
public sealed class ContractTests
{
    /// <summary>Ends the wait for a reader when the run is cancelled.</summary>
    internal static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Puts the class that needs to know what all others ran at the end.</summary>
    public sealed class CoverageLast : ITestClassOrderer
    {
        public IReadOnlyCollection<TTestClass?> OrderTestClasses<TTestClass>(IReadOnlyCollection<TTestClass?> testClasses)
            where TTestClass : notnull, Xunit.Sdk.ITestClass =>
            [.. testClasses.OrderBy(one => one?.TestClassName == typeof(ContractCoverageTests).FullName)];
    }
}
