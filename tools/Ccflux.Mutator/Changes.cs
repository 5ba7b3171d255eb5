using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Ccflux.Mutator;

/// <summary>What an expression or a statement may be changed to. Changes that do not compile are dropped later.</summary>
internal static class Changes
{
    private static readonly Dictionary<SyntaxKind, string[]> s_operators = new()
    {
        [SyntaxKind.LessThanExpression] = ["<=", ">="],
        [SyntaxKind.LessThanOrEqualExpression] = ["<", ">"],
        [SyntaxKind.GreaterThanExpression] = [">=", "<="],
        [SyntaxKind.GreaterThanOrEqualExpression] = [">", "<"],
        [SyntaxKind.EqualsExpression] = ["!="],
        [SyntaxKind.NotEqualsExpression] = ["=="],
        [SyntaxKind.LogicalAndExpression] = ["||"],
        [SyntaxKind.LogicalOrExpression] = ["&&"],
        [SyntaxKind.AddExpression] = ["-"],
        [SyntaxKind.SubtractExpression] = ["+"],
        [SyntaxKind.MultiplyExpression] = ["/"],
        [SyntaxKind.DivideExpression] = ["*"],
        [SyntaxKind.ModuloExpression] = ["*"],
        [SyntaxKind.AddAssignmentExpression] = ["-="],
        [SyntaxKind.SubtractAssignmentExpression] = ["+="],
    };

    private static readonly Dictionary<string, string> s_methods = new(StringComparer.Ordinal)
    {
        ["Min"] = "Max",
        ["Max"] = "Min",
        ["Floor"] = "Ceiling",
        ["Ceiling"] = "Floor",
        ["Any"] = "All",
        ["All"] = "Any",
        ["OrderBy"] = "OrderByDescending",
        ["OrderByDescending"] = "OrderBy",
        ["ThenBy"] = "ThenByDescending",
        ["ThenByDescending"] = "ThenBy",
    };

    /// <summary>The texts that may replace an expression.</summary>
    public static IEnumerable<string> Of(ExpressionSyntax expression)
    {
        var own = expression switch
        {
            BinaryExpressionSyntax { RawKind: (int)SyntaxKind.CoalesceExpression } coalesce => coalesce.Right is ThrowExpressionSyntax ? [] : [Text(coalesce.Right)],
            BinaryExpressionSyntax binary when s_operators.TryGetValue(binary.Kind(), out var others) && !IsText(binary) =>
                others.Select(other => $"{Text(binary.Left)} {other} {Text(binary.Right)}"),
            PrefixUnaryExpressionSyntax { RawKind: (int)SyntaxKind.LogicalNotExpression or (int)SyntaxKind.UnaryMinusExpression } prefix => [Text(prefix.Operand)],
            ConditionalExpressionSyntax { WhenTrue: not ThrowExpressionSyntax, WhenFalse: not ThrowExpressionSyntax } choice =>
                [$"{Text(choice.Condition)} ? {Text(choice.WhenFalse)} : {Text(choice.WhenTrue)}"],
            LiteralExpressionSyntax literal => OfLiteral(literal),
            InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax member } call when s_methods.TryGetValue(member.Name.Identifier.Text, out var other) =>
                [Text(call.ReplaceNode(member, member.WithName(Renamed(member.Name, other))))],
            WithExpressionSyntax { Initializer.Expressions: var members } with =>
                members.Select((_, index) => Text(with.WithInitializer(with.Initializer.WithExpressions(members.RemoveAt(index))))),
            _ => [],
        };
        return IsCondition(expression) && expression is IdentifierNameSyntax or MemberAccessExpressionSyntax or InvocationExpressionSyntax or IsPatternExpressionSyntax
            ? own.Append($"!({Text(expression)})")
            : own;
    }

    /// <summary>The texts that may replace a statement; an empty one removes it.</summary>
    public static IEnumerable<string> Of(StatementSyntax statement) => statement switch
    {
        ExpressionStatementSyntax { Expression: AssignmentExpressionSyntax assignment } when s_operators.TryGetValue(assignment.Kind(), out var others) =>
            [$"{Text(assignment.Left)} {others[0]} {Text(assignment.Right)};", ""],
        ExpressionStatementSyntax or ContinueStatementSyntax or ReturnStatementSyntax { Expression: null } => [""],
        BreakStatementSyntax { Parent: not SwitchSectionSyntax } => [""],
        _ => [],
    };

    private static IEnumerable<string> OfLiteral(LiteralExpressionSyntax literal) => literal.Token.Value switch
    {
        true => ["false"],
        false => ["true"],
        int number => [Numeral(literal, number + 1)],
        long number => [$"{Numeral(literal, number + 1)}L"],
        double or float or decimal => [$"({literal.Token.Text} + {literal.Token.Text})", .. IsZero(literal) ? new[] { "1" } : []],
        _ => [],
    };

    private static string Numeral(LiteralExpressionSyntax literal, long number) => literal.Token.Text.StartsWith("0x", StringComparison.Ordinal) ? $"0x{number:x}" : $"{number}";

    private static bool IsZero(LiteralExpressionSyntax literal) => literal.Token.Value is 0d or 0f or 0m;

    /// <summary>Both operands of a joined text are no figures.</summary>
    private static bool IsText(BinaryExpressionSyntax binary) =>
        binary.IsKind(SyntaxKind.AddExpression) && binary.DescendantNodes().Any(node => node is InterpolatedStringExpressionSyntax or LiteralExpressionSyntax { Token.Value: string });

    private static bool IsCondition(ExpressionSyntax expression) => expression.Parent switch
    {
        BinaryExpressionSyntax { RawKind: (int)SyntaxKind.LogicalAndExpression or (int)SyntaxKind.LogicalOrExpression } => true,
        ConditionalExpressionSyntax choice => choice.Condition == expression,
        IfStatementSyntax or WhileStatementSyntax => true,
        _ => false,
    };

    private static SimpleNameSyntax Renamed(SimpleNameSyntax name, string other) => name.WithIdentifier(SyntaxFactory.Identifier(other));

    private static string Text(SyntaxNode node) => node.WithoutTrivia().ToFullString();
}
