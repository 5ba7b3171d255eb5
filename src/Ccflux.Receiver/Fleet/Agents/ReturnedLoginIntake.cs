using System.Text.Json;
using Ccflux.Contracts.Fleet;
using Ccflux.Contracts.Http;
using Ccflux.Receiver.Fleet.Store;
using Ccflux.Receiver.Fleet.Vault;
using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Platform.Live;
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
        var actor = Actor.Agent(agent.AgentId, address);
        var looked = await writer.WriteAsync(session => Look(session, agent, returned, actor));
        if (!looked.TryGet(out var found))
        {
            return new ReturnedLoginOutcome(null, ErrorCodes.Busy);
        }

        if (found is not ({ Login: { } login, Account: { } account }, null))
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
            var written = await writer.WriteAsync(session => Store(session, agent, returned, account.AccountId, login, answer.OrganizationUuid, actor));
            if (!written.TryGet(out var outcome))
            {
                return new ReturnedLoginOutcome(null, ErrorCodes.Busy);
            }

            VaultFaultPoints.Point(VaultFaultPoints.CredentialStored);
            changes.Publish(FleetFeature.Topic);
            return outcome;
        }

        await writer.WriteAsync(session =>
        {
            Audit(session, agent, account.AccountId, code, actor, login.Fingerprint, detail);
            return true;
        });
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

    /// <returns>What is known of the login, and the outcome; no outcome if its issuer must be asked first.</returns>
    private (ReturnedLoginFacts Facts, ReturnedLoginOutcome? Outcome) Look(WriteSession session, EnrolledAgent agent, ReturnedLogin returned, Actor actor)
    {
        var facts = Load(session, agent, returned);
        var decision = ReturnedLoginRule.Look(facts, returned);
        return (facts, decision.Outcome is null ? null : Save(session, agent, facts.Account?.AccountId, decision, actor));
    }

    private ReturnedLoginFacts Load(WriteSession session, EnrolledAgent agent, ReturnedLogin returned)
    {
        var login = Open(session, agent, returned);
        var id = FleetAccountId.Of(session.Scalar(
            VaultSql.FindReturned, ("uuid", returned.AccountIdHint), ("fingerprint", login?.Fingerprint), ("replaces", returned.Replaces), ("agent", agent.AgentId)));
        var account = id is { } found ? vault.Read(session, found) : null;
        return new ReturnedLoginFacts(
            agent.AgentId,
            login,
            account,
            session.Scalar(AgentSql.IsGranted, ("agent", agent.AgentId), ("account", id?.Value)) > 0,
            OpenCommand.Load(session, agent.AgentId).Exists(command => command.Whole && command.AccountId == id));
    }

    private ReturnedLoginOutcome Store(WriteSession session, EnrolledAgent agent, ReturnedLogin returned, FleetAccountId accountId, Login login, string? organization, Actor actor)
    {
        var present = vault.Read(session, accountId);
        var newKey = present is null ? null : VaultStore.FindNewKey(session, present, organization);
        var decision = ReturnedLoginRule.Store(agent.AgentId, login, present, returned);
        if (decision.Replaces)
        {
            vault.Replace(session, present!, login, RefreshPath.Session);
            if (newKey is not null)
            {
                vault.Learn(session, present!, login, newKey, organization!);
            }

            session.Execute(VaultSql.EndIntents, ("account", accountId.Value));
        }

        return Save(session, agent, accountId, decision, actor);
    }

    private ReturnedLoginOutcome Save(WriteSession session, EnrolledAgent agent, FleetAccountId? accountId, ReturnedLoginDecision decision, Actor actor)
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        if (decision.Holder is { } holder)
        {
            session.Execute(VaultSql.SetHolder, ("holder", holder), ("agent", holder is Holder.Agent ? agent.AgentId : (string?)null), ("now", now), ("account", accountId?.Value));
        }

        if (decision.Applied is { } applied)
        {
            session.Execute(CommandSql.SetApplied, ("account", accountId?.Value), ("fingerprint", applied), ("agent", agent.AgentId), ("now", now));
        }

        Audit(session, agent, accountId, decision.Outcome!, actor, decision.Fingerprint, decision.Detail);
        return new ReturnedLoginOutcome(decision.Kept, decision.Kept is null ? decision.Outcome : null);
    }

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

    private void Audit(WriteSession session, EnrolledAgent agent, FleetAccountId? accountId, string outcome, Actor actor, string? fingerprint, string detail) =>
        FleetAudit.Write(session, time.GetUtcNow(), new FleetAccess(actor, FleetAction.BringBack, outcome, accountId, agent.AgentId, fingerprint, detail));
}
