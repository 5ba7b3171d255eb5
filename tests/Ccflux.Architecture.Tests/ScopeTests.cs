using System.Reflection;
using Ccflux.Storage.Reading;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Xunit;

namespace Ccflux.Architecture.Tests;

/// <summary>No query without a data scope: whatever reads the database for a request takes one, and only a sign-in makes one.</summary>
public sealed class ScopeTests
{
    // What carries a scope: the scope itself, or a value that is built from one.
    private static readonly string[] Carriers = ["DataScope", "Principal", "UsageSnapshot", "Scope", "PeopleDirectory", "CellScope", "QuotaAudience"];

    // What reads without one, and why nobody's data can be seen through it.
    private static readonly Dictionary<string, string> Exceptions = new(StringComparer.Ordinal)
    {
        ["AccessTokenStore"] = AuthenticatesCaller,
        ["AdminSessions"] = AuthenticatesCaller,
        ["AgentDirectory"] = AuthenticatesCaller,
        ["DeviceDirectory"] = AuthenticatesCaller,
        ["TelemetryTokens"] = AuthenticatesCaller,
        ["TokenExchange"] = AuthenticatesCaller,
        ["AgentCommandQueue"] = OfFleet,
        ["AgentStore"] = OfFleet,
        ["LogQuery"] = OfFleet,
        ["MonitorsQuery"] = OfFleet,
        ["RotationControls"] = OfFleet,
        ["VaultStore"] = OfFleet,
        ["LimitReadings"] = "compares the user of a report with the one who reported its session first, and shows neither",
        ["StoreIdentity"] = "reads the database's own number",
        ["HealthEndpoint"] = "reads whether the database answers",
    };

    private const string AuthenticatesCaller = "finds the caller by its own token, cookie or key";

    private const string OfFleet = "serves agents and those who may see the fleet, which takes the scope of everybody (Principal.Can)";

    private static readonly Assembly Receiver = Assembly.Load("ccflux-receiver");
    private static readonly CallGraph Graph = new(Receiver);

    [Fact]
    public void Queries_ReachableFromEndpoints_TakeADataScope()
    {
        var opening = Graph.ThatName(member => member is MethodInfo { Name: nameof(ReadSessions.OpenAsync) or nameof(ReadSessions.OpenUrgentAsync) } method && method.DeclaringType == typeof(ReadSessions)).ToHashSet();
        var reading = Graph.ThatReach(opening);
        var served = Graph.ReachableFrom(Graph.Methods.Where(IsOfRequests));
        var without = served
            .Where(method => !CallGraph.IsGenerated(method) && (opening.Contains(method) || (IsReader(method.DeclaringType!) && reading.Contains(method))) && !TakesScope(method))
            .ToList();

        Assert.True(served.Count(reading.Contains) > 100, "The calls from endpoints to the database were not found.");
        if (without.Where(method => !Exceptions.ContainsKey(method.DeclaringType!.Name)).Select(Name).Order(StringComparer.Ordinal).ToList() is { Count: > 0 } faults)
        {
            Assert.Fail(string.Join('\n', faults));
        }

        Assert.Equal(without.Select(method => method.DeclaringType!.Name).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal), Exceptions.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void ScopeOfEverybody_IsGivenOnlyWhereSomebodyMayReadAboutEverybody()
    {
        var givers = Graph.ThatName(member => member is MethodInfo { Name: "get_Everybody", DeclaringType.Name: "DataScope" }).Select(method => method.DeclaringType!.Name);

        // The tokens of the environment, commands on the machine, what QUOTA_PUBLIC publishes, and the job that estimates everybody's seat and shows nothing.
        Assert.Equal(["AdminRoles", "Principal", "QuotaAudience", "TierJob"], givers.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));
    }

    /// <summary>Whether a request runs it: it is given the request, or it maps endpoints.</summary>
    private static bool IsOfRequests(MethodBase method) => method.GetParameters()
        .Any(parameter => parameter.ParameterType == typeof(HttpContext) || parameter.ParameterType == typeof(HttpRequest)
            || parameter.ParameterType.IsAssignableTo(typeof(IEndpointRouteBuilder)));

    private static bool IsReader(Type type) =>
        type.Namespace!.Split('.').Contains("Read", StringComparer.Ordinal) || type.Name.EndsWith("Query", StringComparison.Ordinal) || type.Name.EndsWith("Panel", StringComparison.Ordinal);

    private static bool TakesScope(MethodBase method) =>
        method.GetParameters().Any(parameter => parameter.ParameterType.Assembly == Receiver && Carriers.Contains(parameter.ParameterType.Name, StringComparer.Ordinal));

    private static string Name(MethodBase method) => $"{method.DeclaringType!.FullName}.{method.Name} reads without a data scope";
}
