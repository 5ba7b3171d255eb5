using System.Text.Json;
using Ccflux.Contracts.Fleet;
using Ccflux.Contracts.Http;
using Ccflux.Receiver.Fleet.Store;
using Ccflux.Receiver.Fleet.Vault;
using Ccflux.Receiver.Platform.Auth.Admin;
using Ccflux.Receiver.Platform.Live;
using Ccflux.Storage.Sql;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Fleet.Agents;

/// <param name="Fingerprint">Of the login that the vault keeps now, if it was accepted.</param>
/// <param name="Refusal">One of <see cref="ErrorCodes"/>, if it was not.</param>
internal sealed record ReturnedLoginOutcome(string? Fingerprint, string? Refusal);

/// <summary>
/// Accepts logins that agents return: renewed by the client, or handed back. A login with new tokens replaces the old one only after its issuer has
/// named its account and organisation, and only if the old one is still the one that it states it replaces.
/// </summary>
internal sealed class ReturnedLoginIntake(
    GroupCommitWriter writer, VaultStore vault, ReceiverSeal seal, Issuer issuer, LoginCheck check, IChangeFeed changes, TimeProvider time)
{
    public async Task<ReturnedLoginOutcome> TakeAsync(EnrolledAgent agent, ReturnedLogin returned, string address, CancellationToken cancellationToken)
    {
        var actor = new AuditActor("agent", address);
        var looked = await writer.WriteAsync(session => Look(session, agent, returned, actor));
        if (!looked.TryGet(out var found))
        {
            return new ReturnedLoginOutcome(null, ErrorCodes.Busy);
        }

        if (found is not { Login: { } login, Account: { } account })
        {
            return found.Outcome!;
        }

        var answer = await issuer.ProfileAsync(login.AccessToken, cancellationToken);
        var (code, detail) = answer.Verdict switch
        {
            // Asking again would not change the answer for a dead or foreign token; an issuer that does not answer may answer later.
            IssuerVerdict.Ok => await IsOfAsync(account, answer, cancellationToken),
            IssuerVerdict.Dead => (ErrorCodes.CredentialDead, "its issuer rejects it"),
            _ => (ErrorCodes.CredentialUnproven, answer.Reason),
        };
        if (code is null)
        {
            VaultFaultPoints.Point(VaultFaultPoints.CredentialProven);
            var written = await writer.WriteAsync(session => Store(session, agent, returned, account, login, answer.OrganizationUuid, actor));
            if (!written.TryGet(out var outcome))
            {
                return new ReturnedLoginOutcome(null, ErrorCodes.Busy);
            }

            VaultFaultPoints.Point(VaultFaultPoints.CredentialStored);
            changes.Publish(FleetFeature.Topic);
            return outcome;
        }

        await writer.WriteAsync(session => Refuse(session, agent, account.AccountId, code, actor, login.Fingerprint, detail));
        return new ReturnedLoginOutcome(null, code);
    }

    /// <summary>Whether a login belongs to an account of the vault, according to its issuer. If the account's organisation is unknown, the issuer is asked about
    /// the vault's own login; if that has expired, the account is assumed to belong to the organisation of the new login.</summary>
    /// <returns>Null, or why it is not accepted.</returns>
    private async Task<(string? Code, string Detail)> IsOfAsync(StoredAccount account, IssuerAnswer answer, CancellationToken cancellationToken)
    {
        if (!string.Equals(answer.AccountUuid, account.Uuid, StringComparison.Ordinal))
        {
            return (ErrorCodes.CredentialRefused, "of another account");
        }

        var organization = account.OrganizationUuid;
        if (organization is null && answer.OrganizationUuid is not null && await vault.FindAsync(account.AccountId, cancellationToken) is { } facts)
        {
            var known = await check.AskAsync(facts, cancellationToken);
            if (known.Verdict is not (IssuerVerdict.Ok or IssuerVerdict.Dead))
            {
                return (ErrorCodes.CredentialUnproven, known.Reason);
            }

            organization = known.OrganizationUuid;
        }

        return organization is null || string.Equals(organization, answer.OrganizationUuid, StringComparison.Ordinal) ? (null, "")
            : answer.OrganizationUuid is null ? (ErrorCodes.CredentialUnproven, "its issuer does not name its organisation")
            : (ErrorCodes.CredentialRefused, "of another account: it belongs to another organisation");
    }

    private (ReturnedLoginOutcome? Outcome, StoredAccount? Account, Login? Login) Look(WriteSession session, EnrolledAgent agent, ReturnedLogin returned, AuditActor actor)
    {
        var opened = Open(session, agent, returned);
        var accountId = session.Scalar(
            VaultSql.FindReturned, ("uuid", returned.AccountIdHint), ("fingerprint", opened?.Fingerprint), ("replaces", returned.Replaces), ("agent", agent.AgentId));
        if (accountId is not { } id
            || (session.Scalar(AgentSql.IsGranted, ("agent", agent.AgentId), ("account", id)) == 0
                && session.Scalar(AgentSql.Holds, ("agent", agent.AgentId), ("account", id)) == 0))
        {
            return (Refuse(session, agent, accountId, ErrorCodes.AccountNotGranted, actor, null, ""), null, null);
        }

        var account = vault.Read(session, id)!;
        if (account.Login is null)
        {
            return (Refuse(session, agent, id, ErrorCodes.Busy, actor, null, "the key ring is missing"), null, null);
        }

        if (opened is not { } login)
        {
            return (Refuse(session, agent, id, ErrorCodes.CredentialRefused, actor, null, "cannot be opened, or contains no login"), null, null);
        }

        var isCopy = login.RefreshToken is null && string.Equals(login.AccessToken, account.Login.AccessToken, StringComparison.Ordinal);
        if (isCopy || login.HasTokensOf(account.Login))
        {
            if (!isCopy && !(returned.HandedBack && IsGivenAgain(session, account, agent)))
            {
                Settle(session, agent, returned, account, account.Fingerprint);
            }

            Audit(session, agent, id, FleetAccess.Done, actor, login.Fingerprint, returned.HandedBack ? "handed back, unchanged" : "unchanged");
            return (new ReturnedLoginOutcome(account.Fingerprint, null), null, null);
        }

        return login.RefreshToken is null || !string.Equals(returned.Replaces, account.Fingerprint, StringComparison.Ordinal)
            ? (Refuse(session, agent, id, ErrorCodes.CredentialSuperseded, actor, login.Fingerprint, $"replaces {returned.Replaces}"), null, null)
            : (null, account, login);
    }

    private ReturnedLoginOutcome Store(WriteSession session, EnrolledAgent agent, ReturnedLogin returned, StoredAccount account, Login login, string? organization, AuditActor actor)
    {
        if (vault.Read(session, account.AccountId) is not { } present || !vault.Replace(session, present, login, RefreshPath.Session, returned.Replaces))
        {
            return Refuse(session, agent, account.AccountId, ErrorCodes.CredentialSuperseded, actor, login.Fingerprint, $"replaces {returned.Replaces}");
        }

        vault.Learn(session, present with { Login = login }, organization);
        session.Execute(VaultSql.EndIntents, ("account", account.AccountId));
        Settle(session, agent, returned, vault.Read(session, account.AccountId)!, login.Fingerprint);
        Audit(session, agent, account.AccountId, FleetAccess.Done, actor, login.Fingerprint, returned.HandedBack ? "handed back" : "renewed");
        return new ReturnedLoginOutcome(login.Fingerprint, null);
    }

    /// <summary>Sets the new holder: the vault if the agent has removed the login from its config dir, else that agent.</summary>
    private void Settle(WriteSession session, EnrolledAgent agent, ReturnedLogin returned, StoredAccount account, string fingerprint)
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        var isHolder = account.Holder is Holder.Agent && !IsAnothers(account, agent);
        if (returned.HandedBack && account.Holder is not Holder.Vault)
        {
            session.Execute(VaultSql.SetHolder, ("holder", Holder.Vault), ("agent", SqlValue.Null), ("now", now), ("account", account.AccountId));
        }
        else if (!returned.HandedBack && !isHolder)
        {
            session.Execute(VaultSql.SetHolder, ("holder", Holder.Agent), ("agent", agent.AgentId), ("now", now), ("account", account.AccountId));
        }

        if (!returned.HandedBack)
        {
            session.Execute(CommandSql.SetApplied, ("account", account.AccountId), ("fingerprint", fingerprint), ("agent", agent.AgentId), ("now", now));
        }
    }

    /// <summary>A login that is handed back twice, because the first answer was lost, may have been given out since: to another agent, or to this one.</summary>
    private static bool IsGivenAgain(WriteSession session, StoredAccount account, EnrolledAgent agent) =>
        IsAnothers(account, agent) || OpenCommand.Of(session, agent.AgentId).Exists(command => command.Whole && command.AccountId == account.AccountId);

    private static bool IsAnothers(StoredAccount account, EnrolledAgent agent) =>
        account.Holder is Holder.Agent && !string.Equals(account.HolderAgent, agent.AgentId, StringComparison.Ordinal);

    private Login? Open(WriteSession session, EnrolledAgent agent, ReturnedLogin returned)
    {
        if (seal.Open(session, returned.Sealed, returned.SealContext(agent.AgentId)) is not { } plain)
        {
            return null;
        }

        try
        {
            return Platform.Http.BodyJson.Deserialize(plain, FleetJson.Default.ReturnedLoginContent) is { } content ? Login.Parse(content.ClaudeAiOauth, out _) : null;
        }
        catch (JsonException)
        {
            // Sealed by something that does not follow this protocol; the caller refuses and records it.
            return null;
        }
    }

    private ReturnedLoginOutcome Refuse(WriteSession session, EnrolledAgent agent, long? accountId, string code, AuditActor actor, string? fingerprint, string detail)
    {
        Audit(session, agent, accountId, code, actor, fingerprint, detail);
        return new ReturnedLoginOutcome(null, code);
    }

    private void Audit(WriteSession session, EnrolledAgent agent, long? accountId, string outcome, AuditActor actor, string? fingerprint, string detail) =>
        FleetAudit.Write(session, time.GetUtcNow(), new FleetAccess(actor, FleetAction.BringBack, outcome, accountId, agent.AgentId, fingerprint, detail));
}
