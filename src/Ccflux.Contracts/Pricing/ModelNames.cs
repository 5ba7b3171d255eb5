using System.Diagnostics.CodeAnalysis;
using Ccflux.Contracts.Usage;

namespace Ccflux.Contracts.Pricing;

/// <summary>Finds the entry listed under a model's name, or under a name that <see cref="NameRules"/> reduce it to. If no rule leads to a listed name,
/// nothing is found: no price is better than the price of another model.</summary>
internal sealed class ModelNames(NameRules rules)
{
    /// <summary>Maximum number of prefixes, and of suffixes, removed from one name.</summary>
    private const int MaxTaken = 6;

    private readonly NameRule[] _prefixes = [.. rules.Prefixes ?? []];
    private readonly NameRule[] _suffixes = [.. rules.Suffixes ?? []];
    private readonly Dictionary<string, string>.AlternateLookup<ReadOnlySpan<char>> _aliases =
        new Dictionary<string, string>(rules.Aliases ?? Enumerable.Empty<KeyValuePair<string, string>>(), StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();

    /// <param name="region">The region that the name itself implies.</param>
    public bool TryFind<T>(string name, Dictionary<string, T>.AlternateLookup<ReadOnlySpan<char>> listed, [MaybeNullWhen(false)] out T found, out string? region)
    {
        region = null;
        var rest = name.AsSpan();
        for (var taken = 0; taken <= MaxTaken && name.Length <= ReportLimits.MaxModelName; taken++)
        {
            if (TryFindBehind(rest, name, listed, out found))
            {
                return true;
            }

            if (!TakePrefix(ref rest, name, ref region))
            {
                break;
            }
        }

        return listed.TryGetValue(name, out found);
    }

    private bool TryFindBehind<T>(ReadOnlySpan<char> rest, string name, Dictionary<string, T>.AlternateLookup<ReadOnlySpan<char>> listed, [MaybeNullWhen(false)] out T found)
    {
        for (var taken = 0; taken <= MaxTaken; taken++)
        {
            if (TryGet(rest, listed, out found) || TryGetDashed(rest, listed, out found))
            {
                return true;
            }

            if (!TakeSuffix(ref rest, name))
            {
                break;
            }
        }

        found = default;
        return false;
    }

    private bool TryGet<T>(ReadOnlySpan<char> name, Dictionary<string, T>.AlternateLookup<ReadOnlySpan<char>> listed, [MaybeNullWhen(false)] out T found) =>
        listed.TryGetValue(name, out found) || (_aliases.TryGetValue(name, out var alias) && listed.TryGetValue(alias, out found));

    /// <summary>Handles names with dots: gateways write <c>claude-opus-4.8</c>.</summary>
    private bool TryGetDashed<T>(ReadOnlySpan<char> name, Dictionary<string, T>.AlternateLookup<ReadOnlySpan<char>> listed, [MaybeNullWhen(false)] out T found)
    {
        found = default;
        if (!name.Contains('.'))
        {
            return false;
        }

        Span<char> dashed = stackalloc char[name.Length];
        name.Replace(dashed, '.', '-');
        return TryGet(dashed, listed, out found);
    }

    private bool TakePrefix(ref ReadOnlySpan<char> rest, string name, ref string? region)
    {
        foreach (var rule in _prefixes)
        {
            if (LengthOfPrefix(rest, rule.Text) is > 0 and var length && Holds(rule, name))
            {
                rest = rest[length..];
                region = rule.Region ?? region;
                return true;
            }
        }

        return false;
    }

    private bool TakeSuffix(ref ReadOnlySpan<char> rest, string name)
    {
        foreach (var rule in _suffixes)
        {
            if (EndsIn(rest, rule.Text) && Holds(rule, name))
            {
                rest = rest[..^rule.Text.Length];
                return true;
            }
        }

        return false;
    }

    private static bool Holds(NameRule rule, string name) => rule.In is null || name.Contains(rule.In, StringComparison.Ordinal);

    /// <summary>Length of the part of the name that the pattern matches; 0 if it does not match, or would match everything.</summary>
    private static int LengthOfPrefix(ReadOnlySpan<char> name, string pattern)
    {
        var at = 0;
        foreach (var wanted in pattern)
        {
            if (wanted == '*' && name[at..].IndexOf('/') is > 0 and var run)
            {
                at += run;
            }
            else if (at < name.Length && IsOne(name[at], wanted))
            {
                at++;
            }
            else
            {
                return 0;
            }
        }

        return at < name.Length ? at : 0;
    }

    private static bool EndsIn(ReadOnlySpan<char> name, string pattern)
    {
        if (pattern.Length == 0 || name.Length <= pattern.Length)
        {
            return false;
        }

        var end = name[^pattern.Length..];
        for (var i = 0; i < pattern.Length; i++)
        {
            if (!IsOne(end[i], pattern[i]))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsOne(char letter, char wanted) => wanted == '#' ? char.IsAsciiDigit(letter) : letter == wanted;
}
