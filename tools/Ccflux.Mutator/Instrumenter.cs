using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Ccflux.Mutator;

/// <summary>
/// Writes all mutants of a file into it: <c>a &lt; b</c> becomes <c>(Mutated.Is(7) ? a &lt;= b : a &lt; b)</c>. So the program is compiled once, and a
/// variable of the environment chooses the mutant that a test run gets. Every line keeps its number.
/// </summary>
internal sealed class Instrumenter(string rule, string path, IReadOnlySet<string> dropped, List<Mutant> mutants) : CSharpSyntaxRewriter
{
    /// <summary>Of the class in <see cref="Switch"/>.</summary>
    public const string Call = "global::Mutated.Is";

    /// <summary>Chooses the mutant, and writes down which ones a run without a mutant came across.</summary>
    public const string Switch = """
        internal static class Mutated
        {
            private static readonly int s_active = int.Parse(System.Environment.GetEnvironmentVariable("CCFLUX_MUTANT") ?? "0");
            private static readonly string? s_log = System.Environment.GetEnvironmentVariable("CCFLUX_MUTANTS_REACHED");
            private static readonly System.Collections.Concurrent.ConcurrentDictionary<int, bool> s_reached = new();

            static Mutated()
            {
                if (s_log is not null)
                {
                    System.AppDomain.CurrentDomain.ProcessExit += (_, _) => System.IO.File.WriteAllText(s_log, string.Join('\n', s_reached.Keys));
                }
            }

            public static bool Is(int mutant)
            {
                if (s_log is not null)
                {
                    s_reached[mutant] = true;
                }

                return mutant == s_active;
            }
        }
        """;

    /// <summary>A constant cannot be chosen at run time, so it becomes a field.</summary>
    public static string ConstantKey(string name) => "const " + name;

    public override SyntaxNode? Visit(SyntaxNode? node) => node switch
    {
        // Only constants and types may stand there, or what it says does not matter to the decision.
        AttributeListSyntax or PatternSyntax or SwitchLabelSyntax or EnumMemberDeclarationSyntax or InterpolatedStringExpressionSyntax or ThrowStatementSyntax
            or ThrowExpressionSyntax or ParameterSyntax or TypeSyntax and not NameSyntax or LocalDeclarationStatementSyntax { IsConst: true } => node,
        FieldDeclarationSyntax field when field.Modifiers.Any(SyntaxKind.ConstKeyword) => OfConstant(field),
        ExpressionSyntax expression => OfExpression(expression),
        StatementSyntax statement => OfStatement(statement),
        _ => base.Visit(node),
    };

    private FieldDeclarationSyntax OfConstant(FieldDeclarationSyntax field)
    {
        if (dropped.Contains(ConstantKey(field.Declaration.Variables[0].Identifier.Text)))
        {
            return field;
        }

        var visited = (FieldDeclarationSyntax)base.Visit(field)!;
        var constant = visited.Modifiers.First(modifier => modifier.IsKind(SyntaxKind.ConstKeyword));
        return string.Equals(visited.ToFullString(), field.ToFullString(), StringComparison.Ordinal)
            ? field
            : visited.WithModifiers(visited.Modifiers.Replace(constant, SyntaxFactory.ParseToken("static readonly").WithTriviaFrom(constant)));
    }

    private ExpressionSyntax OfExpression(ExpressionSyntax expression)
    {
        var visited = (ExpressionSyntax)base.Visit(expression)!;
        // A variable that it declares would be declared twice.
        if (expression.DescendantNodesAndSelf().Any(node => node is VariableDesignationSyntax))
        {
            return visited;
        }

        var found = Found(expression, Changes.Of(expression));
        if (found.Count == 0)
        {
            return visited;
        }

        var choices = string.Concat(found.Select(mutant => $"{Call}({mutant.Id}) ? ({mutant.Replacement}) : "));
        return SyntaxFactory.ParseExpression($"({choices}({visited.WithoutTrivia().ToFullString()}))").WithTriviaFrom(visited);
    }

    private StatementSyntax OfStatement(StatementSyntax statement)
    {
        var visited = (StatementSyntax)base.Visit(statement)!;
        var found = Found(statement, Changes.Of(statement));
        if (found.Count == 0)
        {
            return visited;
        }

        var choices = string.Concat(found.Select(mutant => $"if ({Call}({mutant.Id})) {{ {mutant.Replacement} }} else "));
        return SyntaxFactory.ParseStatement($"{choices}{{ {visited.WithoutTrivia().ToFullString()} }}").WithTriviaFrom(visited);
    }

    private List<Mutant> Found(SyntaxNode node, IEnumerable<string> replacements)
    {
        var place = $"{path}:{node.GetLocation().GetLineSpan().StartLinePosition.Line + 1}";
        var original = node.WithoutTrivia().ToFullString();
        var found = new List<Mutant>();
        foreach (var replacement in replacements)
        {
            var key = $"{path}:{node.SpanStart}:{original.Length}:{replacement}";
            if (!dropped.Contains(key))
            {
                found.Add(new Mutant(mutants.Count + found.Count + 1, rule, key, place, original, replacement));
            }
        }

        mutants.AddRange(found);
        return found;
    }
}
