using Ccflux.Receiver.Quota.Alerts;
using Ccflux.Receiver.Shell.Forms;

namespace Ccflux.Receiver.Quota.AlertPages;

/// <summary>What an account tells, as the admin sends it.</summary>
/// <param name="Thresholds">As it was typed.</param>
internal sealed record TypedRule(string Thresholds, bool Forecast);

/// <summary>The forms of rules.</summary>
internal static class RuleForms
{
    private const int MaxText = 40;

    public static FormQuestion Add(IReadOnlyList<RuleRow> accounts, string account, TypedRule typed) => new(
        "Give an account its own rule",
        ["It goes before the rule of all accounts, for this account alone."],
        [
            new FormField("account", "Account", FieldKind.Choice, account) { Options = [.. accounts.Select(row => new FormOption(row.AccountId.ToString(CultureInfo.InvariantCulture), row.Account))] },
            .. Fields(typed),
        ],
        "Cancel",
        "Save rule");

    public static FormQuestion Edit(RuleRow rule, TypedRule typed) => new($"What {rule.Account} tells", [], Fields(typed), "Cancel", "Save rule");

    public static FormQuestion Remove(RuleRow rule) => new(
        $"Remove the rule of {rule.Account}?",
        ["It tells what all accounts tell from then on. What was told already is not told again."],
        [],
        "Keep",
        "Remove rule",
        IsDanger: true);

    public static TypedRule Typed(IFormCollection form) => new(form["thresholds"].ToString(), form["forecast"].ToString() is "1");

    public static TypedRule Typed(string thresholds, bool forecast) => new(thresholds.Replace(",", ", ", StringComparison.Ordinal), forecast);

    private static FormField[] Fields(TypedRule typed) =>
    [
        new FormField("thresholds", "Thresholds in percent", FieldKind.Text, typed.Thresholds, "Up to 5, such as 80, 95. Empty: none is told.") { MaxLength = MaxText },
        new FormField("forecast", "Tell when a window will run out before its reset", FieldKind.Check, typed.Forecast ? "1" : ""),
    ];
}
