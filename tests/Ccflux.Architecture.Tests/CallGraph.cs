using System.Reflection;
using System.Runtime.CompilerServices;

namespace Ccflux.Architecture.Tests;

/// <summary>Which method of an assembly may run which other one, read from IL: calls, delegates, and every implementation of what is called through an
/// interface or a base class. Generated methods (state machines, lambdas) count as part of the methods in whose source they stand.</summary>
internal sealed class CallGraph
{
    private readonly Dictionary<MethodBase, HashSet<MethodBase>> _calls = [];
    private readonly Dictionary<MethodBase, List<MemberInfo>> _members = [];
    private readonly ILookup<MethodBase, MethodBase> _implementations;

    public CallGraph(Assembly assembly)
    {
        var types = assembly.GetTypes();
        _implementations = Implementations(types).Distinct().ToLookup(pair => pair.Declaration, pair => pair.Implementation);
        foreach (var method in types.SelectMany(MethodIl.MethodsOf))
        {
            var members = MethodIl.Members(method).ToList();
            _members[method] = members;
            _calls[method] = [.. members.OfType<MethodBase>().Select(Definition).SelectMany(called => _implementations[called].Append(called)), .. Generated(method)];
        }
    }

    public IReadOnlyCollection<MethodBase> Methods => _calls.Keys;

    /// <summary>The methods whose source, without what it calls, names a member.</summary>
    public IEnumerable<MethodBase> ThatName(Func<MemberInfo, bool> isMember) =>
        Lift(_members.Where(pair => pair.Value.Exists(member => isMember(member))).Select(pair => pair.Key));

    /// <summary>Everything that may run once one of these does, with these.</summary>
    public HashSet<MethodBase> ReachableFrom(IEnumerable<MethodBase> roots) => Walk(roots, method => _calls.GetValueOrDefault(method) ?? []);

    /// <summary>Everything whose running may lead to one of these, with these.</summary>
    public HashSet<MethodBase> ThatReach(IEnumerable<MethodBase> targets)
    {
        var callers = Callers();
        return Walk(targets, method => callers[method]);
    }

    public static bool IsGenerated(MethodBase method) =>
        method.Name.Contains('<', StringComparison.Ordinal) || method.DeclaringType!.Name.Contains('<', StringComparison.Ordinal);

    /// <summary>Replaces generated methods by those that they belong to.</summary>
    private HashSet<MethodBase> Lift(IEnumerable<MethodBase> methods)
    {
        var callers = Callers();
        return [.. Walk(methods, method => IsGenerated(method) ? callers[method] : []).Where(method => !IsGenerated(method))];
    }

    private ILookup<MethodBase, MethodBase> Callers() => _calls.SelectMany(pair => pair.Value.Select(called => (called, pair.Key))).ToLookup(pair => pair.called, pair => pair.Key);

    private static HashSet<MethodBase> Walk(IEnumerable<MethodBase> from, Func<MethodBase, IEnumerable<MethodBase>> next)
    {
        var seen = from.ToHashSet();
        var left = new Stack<MethodBase>(seen);
        while (left.TryPop(out var method))
        {
            foreach (var other in next(method).Where(seen.Add))
            {
                left.Push(other);
            }
        }

        return seen;
    }

    /// <summary>A method as it is declared, without the arguments of its or its type's parameters.</summary>
    private static MethodBase Definition(MethodBase method) =>
        method is MethodInfo { IsGenericMethod: true } || method.DeclaringType is { IsGenericType: true } ? method.Module.ResolveMethod(method.MetadataToken)! : method;

    /// <summary>What starts a state machine names only its type.</summary>
    private static IEnumerable<MethodBase> Generated(MethodBase method) =>
        method.GetCustomAttribute<StateMachineAttribute>() is { } machine ? MethodIl.MethodsOf(machine.StateMachineType) : [];

    private static IEnumerable<(MethodBase Declaration, MethodBase Implementation)> Implementations(Type[] types)
    {
        foreach (var type in types.Where(type => type is { IsInterface: false, IsGenericTypeDefinition: false }))
        {
            foreach (var map in type.GetInterfaces().Select(type.GetInterfaceMap))
            {
                foreach (var (declaration, implementation) in map.InterfaceMethods.Zip(map.TargetMethods))
                {
                    yield return (Definition(declaration), Definition(implementation));
                }
            }

            foreach (var method in type.GetMethods(MethodIl.Declared).Where(method => method.IsVirtual && method.GetBaseDefinition() != method))
            {
                yield return (Definition(method.GetBaseDefinition()), method);
            }
        }
    }
}
