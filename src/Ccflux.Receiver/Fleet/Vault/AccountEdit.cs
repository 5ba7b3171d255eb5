using Ccflux.Contracts.Fleet;
using Ccflux.Receiver.Fleet.Store;
using Ccflux.Receiver.Platform.Auth.Admin;
using Ccflux.Receiver.Platform.Http;
using Ccflux.Receiver.Platform.Live;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Fleet.Vault;

/// <summary>What an admin can set for an account.</summary>
/// <param name="NextCharge">A day such as <c>2026-12-01</c>; null if unknown.</param>
/// <param name="FiveHourCeiling">Percent; overrides the setting.</param>
/// <param name="SevenDayCeiling">The same for the seven-day window.</param>
internal sealed record AccountDetails(string Label, string Email, string Plan, string? NextCharge, int? FiveHourCeiling, int? SevenDayCeiling);

/// <summary>Changes an account's details, or removes it from the vault. Both return null, or what is wrong.</summary>
internal sealed class AccountEdit(GroupCommitWriter writer, VaultStore vault, IChangeFeed changes, TimeProvider time)
{
    private const string Missing = "No such account.";

    public async Task<string?> SaveAsync(long accountId, AccountDetails details, AuditActor actor)
    {
        if (Fault(details) is { } fault)
        {
            return fault;
        }

        var written = await writer.WriteAsync(session =>
        {
            if (vault.Read(session, accountId) is null)
            {
                return Missing;
            }

            if (session.Scalar(VaultSql.LabelTaken, ("label", details.Label.Trim()), ("account", accountId)) > 0)
            {
                return "label: another account has this name.";
            }

            var changed = Changes(session, accountId, details);
            session.Execute(
                VaultSql.Edit,
                ("label", details.Label.Trim()),
                ("email", details.Email.Trim()),
                ("plan", details.Plan.Trim()),
                ("next_charge", details.NextCharge),
                ("five_hour_ceiling", (long?)details.FiveHourCeiling),
                ("seven_day_ceiling", (long?)details.SevenDayCeiling),
                ("account", accountId));
            FleetAudit.Write(session, time.GetUtcNow(), new FleetAccess(actor, FleetAction.Edit, FleetAccess.Done, accountId, Detail: changed));
            return null;
        });
        return After(written);
    }

    /// <summary>Deletes an account and its login. A config dir that was given the login keeps its copy.</summary>
    public async Task<string?> RemoveAsync(long accountId, AuditActor actor) => After(await writer.WriteAsync(session =>
    {
        if (vault.Read(session, accountId) is not { } account)
        {
            return Missing;
        }

        session.Execute(VaultSql.Delete, ("account", accountId));
        FleetAudit.Write(session, time.GetUtcNow(), new FleetAccess(actor, FleetAction.Remove, FleetAccess.Done, accountId, Fingerprint: account.Fingerprint, Detail: account.Label));
        return null;
    }));

    /// <summary>Describes the changes before they are made, with the old ceilings, because rotation depends on them.</summary>
    private static string Changes(WriteSession session, long accountId, AccountDetails details)
    {
        using var rows = session.Query(VaultSql.Details, ("account", accountId));
        _ = rows.Read();
        string?[] changed =
        [
            IsSame(rows.Text(0), details.Label.Trim()) ? null : $"label was {rows.Text(0)}",
            IsSame(rows.Text(1), details.Email.Trim()) ? null : "email",
            IsSame(rows.Text(2), details.Plan.Trim()) ? null : "plan",
            IsSame(rows.TextOrNull(3), details.NextCharge) ? null : "next_charge",
            Ceiling("five_hour_ceiling", rows.Int64OrNull(4), details.FiveHourCeiling),
            Ceiling("seven_day_ceiling", rows.Int64OrNull(5), details.SevenDayCeiling),
        ];
        return string.Join(", ", changed.OfType<string>());
    }

    private static string? Ceiling(string name, long? before, long? after) =>
        before == after ? null : string.Create(CultureInfo.InvariantCulture, $"{name} {before?.ToString(CultureInfo.InvariantCulture) ?? "default"} to {after?.ToString(CultureInfo.InvariantCulture) ?? "default"}");

    private static bool IsSame(string? one, string? other) => string.Equals(one, other, StringComparison.Ordinal);

    private string? After(WriteResult<string?> written)
    {
        changes.Publish(FleetFeature.Topic);
        return written.Or(Refusals.StorageBusy.Detail);
    }

    private static string? Fault(AccountDetails details)
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
}
