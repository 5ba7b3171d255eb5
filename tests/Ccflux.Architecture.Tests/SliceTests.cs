using System.Reflection;
using Xunit;

namespace Ccflux.Architecture.Tests;

/// <summary>Checks the arrows of docs/architecture.md against the compiled code.</summary>
public sealed class SliceTests
{
    private static readonly Assembly Receiver = Assembly.Load("ccflux-receiver");
    private static readonly Assembly Hook = Assembly.Load("ccflux");
    private static readonly Assembly Storage = Assembly.Load("Ccflux.Storage");
    private static readonly Assembly Contracts = Assembly.Load("Ccflux.Contracts");

    private static readonly string[] Features = ["Identity", "Usage", "Telemetry", "Quota", "Fleet"];
    private static readonly string[] AllowedBetweenFeatures = ["Usage -> Identity", "Telemetry -> Identity", "Quota -> Identity", "Fleet -> Quota"];

    [Fact]
    public void Features_UseOnlyAllowedFeatures()
    {
        var edges = SliceGraph.Edges(Receiver, "Ccflux.Receiver").Where(edge => IsFeature(From(edge)) && IsFeature(To(edge)));

        Assert.Equal(AllowedBetweenFeatures.Order(StringComparer.Ordinal), edges.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void PlatformAndShell_UseNoFeature()
    {
        var edges = SliceGraph.Edges(Receiver, "Ccflux.Receiver");

        Assert.DoesNotContain(edges, edge => From(edge) is "Platform" or "Shell" && IsFeature(To(edge)));
        Assert.DoesNotContain(edges, edge => From(edge) is "Platform" && To(edge) is "Shell" or "Cli");
    }

    [Fact]
    public void Projects_ReferenceOnlyWhatTheArchitectureAllows()
    {
        Assert.Empty(OwnReferences(Contracts));
        Assert.Empty(OwnReferences(Storage));
        Assert.Empty(OwnReferences(Hook).Except(["Ccflux.Contracts"], StringComparer.Ordinal));
        Assert.Empty(OwnReferences(Receiver).Except(["Ccflux.Contracts", "Ccflux.Storage"], StringComparer.Ordinal));
        Assert.DoesNotContain(Storage.GetReferencedAssemblies(), name => name.Name!.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal));
        Assert.All(Contracts.GetReferencedAssemblies(), name => Assert.StartsWith("System", name.Name, StringComparison.Ordinal));
    }

    [Fact]
    public void EveryConcreteClass_IsSealedOrStatic()
    {
        var open = new[] { Receiver, Hook, Storage, Contracts }
            .SelectMany(assembly => assembly.GetTypes())
            .Where(type => type is { IsClass: true, IsAbstract: false, IsSealed: false } && type.Namespace?.StartsWith("Ccflux", StringComparison.Ordinal) == true)
            .Where(type => !type.GetCustomAttributesData().Any(data => data.AttributeType.Name is "CompilerGeneratedAttribute"))
            .Where(type => !IsRazor(type) && !HasSubclass(type));

        Assert.Empty(open);
    }

    private static bool IsRazor(Type type) =>
        type.GetInterface("Microsoft.AspNetCore.Components.IComponent") is not null || string.Equals(type.Name, "_Imports", StringComparison.Ordinal);

    private static bool HasSubclass(Type type) => type.Assembly.GetTypes().Any(other => other.BaseType == type);

    private static bool IsFeature(string slice) => Features.Contains(slice, StringComparer.Ordinal);

    private static string From(string edge) => edge.Split(" -> ")[0];

    private static string To(string edge) => edge.Split(" -> ")[1];

    private static string[] OwnReferences(Assembly assembly) =>
        [.. assembly.GetReferencedAssemblies().Select(name => name.Name!).Where(name => name.StartsWith("Ccflux", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
}
