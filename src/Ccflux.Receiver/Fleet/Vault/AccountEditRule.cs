using Ccflux.Contracts.Fleet;

namespace Ccflux.Receiver.Fleet.Vault;

/// <summary>What an admin can set for an account.</summary>
/// <param name="NextCharge">A day such as <c>2026-12-01</c>; null if unknown.</param>
/// <param name="FiveHourCeiling">Percent; overrides the setting.</param>
/// <param name="SevenDayCeiling">The same for the seven-day window.</param>
internal sealed record AccountDetails(string Label, string Email, string Plan, string? NextCharge, int? FiveHourCeiling, int? SevenDayCeiling);

/// <summary>Whether an account's details may be changed.</summary>
/// <param name="Refusal">Why not; null if they may.</param>
/// <param name="Changed">The changes, with the old label and ceilings, for the access log.</param>
internal sealed record AccountEditDecision(string? Refusal, string Changed);

/// <summary>Decides whether an account's details may be changed, and describes the changes. Pure.</summary>
internal static class AccountEditRule
{
    public const string Missing = "No such account.";

    /// <summary>What is wrong with the details, naming the field and its limit; null if they are valid.</summary>
    public static string? Fault(AccountDetails details)
    {
        if (details.Label.Trim().Length is 0 or > FleetLimits.MaxText || details.Label.Any(char.IsControl))
        {
            return $"label: 1 to {FleetLimits.MaxText} characters on one line.";
        }

        if (details.Email.Length > 254 || details.Email.Any(char.IsControl) || details.Plan.Length > FleetLimits.MaxText || details.Plan.Any(char.IsControl))
        {
            return $"email, plan: at most 254 and {FleetLimits.MaxText} characters on one line.";
        }

        if (details.NextCharge is { } day && !DateOnly.TryParseExact(day, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _))
        {
            return "next_charge: a day such as 2026-12-01.";
        }

        return details.FiveHourCeiling is < 1 or > 100 || details.SevenDayCeiling is < 1 or > 100 ? "ceiling: 1 to 100 percent." : null;
    }

    /// <param name="before">The stored details; null if there is no such account.</param>
    /// <param name="labelOwner">The account that has the new label.</param>
    /// <param name="accountId">The account.</param>
    /// <param name="details">The new details, trimmed.</param>
    public static AccountEditDecision Decide(AccountDetails? before, FleetAccountId? labelOwner, FleetAccountId accountId, AccountDetails details) =>
        before is null ? new AccountEditDecision(Missing, "")
        : labelOwner is { } owner && owner != accountId ? new AccountEditDecision("label: another account has this name.", "")
        : new AccountEditDecision(null, Changes(before, details));

    /// <summary>The old ceilings are in it, because rotation depends on them.</summary>
    private static string Changes(AccountDetails before, AccountDetails details)
    {
        string?[] changed =
        [
            IsSame(before.Label, details.Label) ? null : $"label was {before.Label}",
            IsSame(before.Email, details.Email) ? null : "email",
            IsSame(before.Plan, details.Plan) ? null : "plan",
            IsSame(before.NextCharge, details.NextCharge) ? null : "next_charge",
            Ceiling("five_hour_ceiling", before.FiveHourCeiling, details.FiveHourCeiling),
            Ceiling("seven_day_ceiling", before.SevenDayCeiling, details.SevenDayCeiling),
        ];
        return string.Join(", ", changed.OfType<string>());
    }

    private static string? Ceiling(string name, int? before, int? after) => before == after ? null : $"{name} {Percent(before)} to {Percent(after)}";

    private static string Percent(int? ceiling) => ceiling?.ToString(CultureInfo.InvariantCulture) ?? "default";

    private static bool IsSame(string? one, string? other) => string.Equals(one, other, StringComparison.Ordinal);
}
