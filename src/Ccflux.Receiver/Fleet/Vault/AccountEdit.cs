using Ccflux.Receiver.Fleet.Store;
using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Platform.Http;
using Ccflux.Receiver.Platform.Live;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Fleet.Vault;

/// <summary>Changes an account's details, or removes it from the vault. Both return null, or what is wrong.</summary>
internal sealed class AccountEdit(GroupCommitWriter writer, VaultStore vault, IChangeFeed changes, TimeProvider time)
{
    public async Task<string?> SaveAsync(FleetAccountId accountId, AccountDetails details, Actor actor)
    {
        if (AccountEditRule.Fault(details) is { } fault)
        {
            return fault;
        }

        details = details with { Label = details.Label.Trim(), Email = details.Email.Trim(), Plan = details.Plan.Trim() };
        return After(await writer.WriteAsync(session => Save(session, accountId, details, actor)));
    }

    /// <summary>Deletes an account and its login. A config dir that was given the login keeps its copy.</summary>
    public async Task<string?> RemoveAsync(FleetAccountId accountId, Actor actor) => After(await writer.WriteAsync(session =>
    {
        if (vault.Read(session, accountId) is not { } account)
        {
            return AccountEditRule.Missing;
        }

        session.Execute(VaultSql.Delete, ("account", accountId.Value));
        FleetAudit.Write(session, time.GetUtcNow(), new FleetAccess(actor, FleetAction.Remove, FleetAccess.Done, accountId, Fingerprint: account.Fingerprint, Detail: account.Label));
        return null;
    }));

    private string? Save(WriteSession session, FleetAccountId accountId, AccountDetails details, Actor actor)
    {
        var before = session.First(
            VaultSql.Details,
            static rows => new AccountDetails(rows.Text(0), rows.Text(1), rows.Text(2), rows.TextOrNull(3), (int?)rows.Int64OrNull(4), (int?)rows.Int64OrNull(5)),
            ("account", accountId.Value));
        var labelOwner = FleetAccountId.Of(session.Scalar(VaultSql.FindByLabel, ("label", details.Label)));
        var decision = AccountEditRule.Decide(before, labelOwner, accountId, details);
        if (decision.Refusal is { } refusal)
        {
            return refusal;
        }

        session.Execute(
            VaultSql.Edit,
            ("label", details.Label),
            ("email", details.Email),
            ("plan", details.Plan),
            ("next_charge", details.NextCharge),
            ("five_hour_ceiling", (long?)details.FiveHourCeiling),
            ("seven_day_ceiling", (long?)details.SevenDayCeiling),
            ("account", accountId.Value));
        FleetAudit.Write(session, time.GetUtcNow(), new FleetAccess(actor, FleetAction.Edit, FleetAccess.Done, accountId, Detail: decision.Changed));
        return null;
    }

    private string? After(WriteResult<string?> written)
    {
        changes.Publish(FleetFeature.Topic);
        return written.Or(Refusals.StorageBusy.Detail);
    }
}
