using System.Collections.Frozen;
using System.Reflection;
using System.Reflection.Emit;

namespace Ccflux.Architecture.Tests;

/// <summary>Which slice or folder of an assembly uses which other one, read from signatures and IL. Constants leave no trace there.</summary>
internal static class SliceGraph
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly FrozenDictionary<int, OpCode> OpCodesByValue = typeof(OpCodes)
        .GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(field => (OpCode)field.GetValue(null)!)
        .ToFrozenDictionary(code => code.Value & 0xFFFF);

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
        types.AddRange(type.GetFields(Declared).Select(field => field.FieldType));
        foreach (var method in type.GetMethods(Declared).Cast<MethodBase>().Concat(type.GetConstructors(Declared)))
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
        var il = method.GetMethodBody()?.GetILAsByteArray() ?? [];
        var typeArguments = method.DeclaringType!.IsGenericType ? method.DeclaringType.GetGenericArguments() : null;
        var methodArguments = method.IsGenericMethod ? method.GetGenericArguments() : null;
        for (var offset = 0; offset < il.Length;)
        {
            int value = il[offset++];
            if (value == 0xFE)
            {
                value = (value << 8) | il[offset++];
            }

            switch (OpCodesByValue[value].OperandType)
            {
                case OperandType.InlineField or OperandType.InlineMethod or OperandType.InlineTok or OperandType.InlineType:
                    var member = method.Module.ResolveMember(BitConverter.ToInt32(il, offset), typeArguments, methodArguments)!;
                    yield return member as Type ?? member.DeclaringType;
                    foreach (var argument in (member as MethodInfo)?.GetGenericArguments() ?? [])
                    {
                        yield return argument;
                    }

                    offset += 4;
                    break;
                case OperandType.InlineNone:
                    break;
                case OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar:
                    offset += 1;
                    break;
                case OperandType.InlineVar:
                    offset += 2;
                    break;
                case OperandType.InlineI8 or OperandType.InlineR:
                    offset += 8;
                    break;
                case OperandType.InlineSwitch:
                    offset += 4 + (4 * BitConverter.ToInt32(il, offset));
                    break;
                default:
                    offset += 4;
                    break;
            }
        }
    }
}
