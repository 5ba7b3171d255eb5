using System.Reflection;

namespace Ccflux.Architecture.Tests;

/// <summary>Which slice or folder of an assembly uses which other one, read from signatures and IL. Constants leave no trace there.</summary>
internal static class SliceGraph
{
    /// <summary>Edges such as "Fleet -> Quota", for the first namespace segment under <paramref name="root"/>.</summary>
    public static IReadOnlySet<string> Edges(Assembly assembly, string root)
    {
        var edges = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var type in assembly.GetTypes())
        {
            if (Slice(type, root) is not { } from)
            {
                continue;
            }

            foreach (var used in Uses(type))
            {
                if (Slice(used, root) is { } to && !string.Equals(from, to, StringComparison.Ordinal))
                {
                    edges.Add($"{from} -> {to}");
                }
            }
        }

        return edges;
    }

    /// <summary>Uses between folders: one entry for each pair of types, generated ones counted as the type they belong to.</summary>
    /// <param name="isCounted">Whether a type counts; types that wire a slice together know all of its folders by design.</param>
    public static IReadOnlyList<FolderUse> Folders(Assembly assembly, Func<Type, bool> isCounted)
    {
        var uses = new HashSet<FolderUse>();
        foreach (var type in assembly.GetTypes())
        {
            var from = Outermost(type);
            if (from.Namespace is not { } folder || !isCounted(from))
            {
                continue;
            }

            foreach (var to in Uses(type).Select(Outermost))
            {
                if (to.Assembly == assembly && to.Namespace is { } other && isCounted(to) && !string.Equals(folder, other, StringComparison.Ordinal))
                {
                    uses.Add(new FolderUse(folder, from.Name, other, to.Name));
                }
            }
        }

        return [.. uses];
    }

    /// <summary>Uses of types of whatever assembly, generated types counted as the type they belong to.</summary>
    public static IEnumerable<(Type From, Type To)> Types(Assembly assembly) =>
        assembly.GetTypes().SelectMany(type => Uses(type).Select(used => (Outermost(type), Outermost(used)))).Distinct();

    private static Type Outermost(Type type) => type.DeclaringType is { } outer ? Outermost(outer) : type;

    private static string? Slice(Type type, string root)
    {
        var name = Outermost(type).Namespace;
        return name is not null && name.StartsWith(root + ".", StringComparison.Ordinal)
            ? name[(root.Length + 1)..].Split('.')[0]
            : null;
    }

    private static IEnumerable<Type> Uses(Type type)
    {
        var types = new List<Type?> { type.BaseType };
        types.AddRange(type.GetInterfaces());
        types.AddRange(type.GetFields(MethodIl.Declared).Select(field => field.FieldType));
        foreach (var method in MethodIl.MethodsOf(type))
        {
            types.AddRange(method.GetParameters().Select(parameter => parameter.ParameterType));
            types.Add((method as MethodInfo)?.ReturnType);
            types.AddRange(method.GetMethodBody()?.LocalVariables.Select(local => local.LocalType) ?? []);
            types.AddRange(UsedInBody(method));
        }

        return types.OfType<Type>().SelectMany(Unwrap);
    }

    private static IEnumerable<Type> Unwrap(Type type)
    {
        return type.HasElementType
            ? Unwrap(type.GetElementType()!)
            : type.GetGenericArguments().SelectMany(Unwrap).Append(type);
    }

    private static IEnumerable<Type?> UsedInBody(MethodBase method)
    {
        foreach (var member in MethodIl.Members(method))
        {
            yield return member as Type ?? member.DeclaringType;
            foreach (var argument in (member as MethodInfo)?.GetGenericArguments() ?? [])
            {
                yield return argument;
            }
        }
    }
}
