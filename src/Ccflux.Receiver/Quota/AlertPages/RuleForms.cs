using Ccflux.Receiver.Quota.Alerts;
using Ccflux.Receiver.Shell.Pages;

namespace Ccflux.Receiver.Quota.AlertPages;

/// <summary>The rule of an account as the admin submits it.</summary>
/// <param name="Thresholds">As typed.</param>
internal sealed record TypedRule(string Thresholds, bool Forecast);

/// <summary>Defines the forms for rules.</summary>
internal static class RuleForms
{
    private const int MaxText = 40;

    public static FormDefinition Add(IReadOnlyList<RuleRow> accounts, string account, TypedRule typed) => new(
        "Add an alert rule",
        ["Overrides the default rule for this account."],
        [
            new FormField("account", "Account", FieldKind.Choice, account) { Options = [.. accounts.Select(row => new FormOption(row.AccountId.ToString(), row.Account))] },
            .. Fields(typed),
        ],
        "Save rule");

    public static FormDefinition Edit(RuleRow rule, TypedRule typed) => new($"Alert rule of {rule.Account}", [], Fields(typed), "Save rule");

    public static FormDefinition Remove(RuleRow rule) => new(
        $"Remove the rule of {rule.Account}?",
        ["The account then uses the default rule. Alerts already sent are not repeated."],
        [],
        "Remove rule",
        IsDanger: true);

    public static TypedRule Typed(IFormCollection form) => new(form["thresholds"].ToString(), form["forecast"].ToString() is "1");

    public static TypedRule Typed(string thresholds, bool forecast) => new(thresholds.Replace(",", ", ", StringComparison.Ordinal), forecast);

    private static FormField[] Fields(TypedRule typed) =>
    [
        new FormField("thresholds", "Thresholds in percent", FieldKind.Text, typed.Thresholds, "Up to five, such as 80, 95. Leave empty for no threshold alerts.") { MaxLength = MaxText },
        new FormField("forecast", "Alert when a window will run out before its reset", FieldKind.Check, typed.Forecast ? "1" : ""),
    ];
}
