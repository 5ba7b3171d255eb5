using System.Collections.Frozen;
using System.Text.Json;
using Ccflux.Contracts.Fleet;
using Ccflux.Receiver.Fleet.Store;
using Ccflux.Receiver.Fleet.Vault;
using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Platform.Live;
using Ccflux.Storage.Reading;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Fleet.Agents;

/// <param name="CommandId">The id of the issued command, if any.</param>
/// <param name="Whole">True if the agent now holds the login; false if it has a copy that it cannot renew.</param>
internal sealed record IssueResult(IssueOutcome Outcome, long? CommandId = null, bool Whole = false);

/// <summary>
/// The queue of commands to agents, from being sealed to being settled. An account's full login is in one place: sealing it to an agent makes that
/// agent its holder in the same transaction; a command that was never delivered, or that its agent did not carry out, returns it to the vault.
/// </summary>
internal sealed class AgentCommandQueue(
    ReadSessions readers, GroupCommitWriter writer, VaultStore vault, ReceiverSigning signing, AgentPresenceWriter presence, FleetMetrics metrics, IChangeFeed changes, TimeProvider time)
{
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);

    /// <summary>How long the list of agents with waiting commands is cached. Commands of this process are known at once.</summary>
    private static readonly TimeSpan s_waitingAge = TimeSpan.FromSeconds(1);

    private volatile Waiting? _waiting;

    /// <summary>Seals an account's login to an agent.</summary>
    /// <param name="agentId">The recipient.</param>
    /// <param name="accountId">The account whose login is sealed.</param>
    /// <param name="allowCopy">If the login is held elsewhere, give a copy without its refresh token.</param>
    /// <param name="actor">Rotation, or the admin.</param>
    public async Task<IssueResult> IssueAsync(string agentId, FleetAccountId accountId, bool allowCopy, Actor actor)
    {
        var written = await writer.WriteAsync(session => Issue(session, agentId, accountId, allowCopy, actor));
        if (!written.TryGet(out var result))
        {
            return new IssueResult(IssueOutcome.Busy);
        }

        if (result.Outcome == IssueOutcome.Issued)
        {
            VaultFaultPoints.Point(VaultFaultPoints.CommandIssued);
            _waiting = null;
            metrics.Command("issued");
            changes.Publish(FleetFeature.Topic);
        }

        return result;
    }

    /// <summary>Processes what a heartbeat reports about the login in its config dir and about commands, and returns the commands for its answer.</summary>
    /// <returns>Null if the database cannot be written to: the agent retries.</returns>
    public async Task<IReadOnlyList<SealedCommand>?> ExchangeAsync(EnrolledAgent agent, Heartbeat heartbeat, CancellationToken cancellationToken)
    {
        if (!await presence.NoteAsync(agent, heartbeat))
        {
            return null;
        }

        if (heartbeat.Refused.Count == 0 && !(await WaitingAsync(cancellationToken)).Contains(agent.AgentId))
        {
            return [];
        }

        var written = await writer.WriteAsync(session => Exchange(session, agent, heartbeat));
        if (!written.IsCommitted)
        {
            return null;
        }

        var (commands, delivered, settled) = written.Value;
        if (settled > 0)
        {
            VaultFaultPoints.Point(VaultFaultPoints.CommandSettled);
            changes.Publish(FleetFeature.Topic);
        }

        if (delivered > 0)
        {
            VaultFaultPoints.Point(VaultFaultPoints.CommandDelivered);
            metrics.Command("delivered");
        }

        return commands;
    }

    /// <summary>Ends commands that their agents did not fetch in time.</summary>
    public Task<WriteResult<int>> SweepAsync() => writer.WriteAsync(session =>
    {
        var now = time.GetUtcNow();
        var unfetched = OpenCommand.LoadUnfetched(session, now);
        foreach (var command in unfetched)
        {
            command.End(session, OpenCommand.Expired, "not fetched in time", now);
        }

        return unfetched.Count;
    });

    private IssueResult Issue(WriteSession session, string agentId, FleetAccountId accountId, bool allowCopy, Actor actor)
    {
        var now = DateTimeOffset.FromUnixTimeSeconds(time.GetUtcNow().ToUnixTimeSeconds());
        var facts = Load(session, agentId, accountId);
        var decision = IssueRule.Decide(facts, allowCopy, now);
        if (decision.Login is { } login)
        {
            return Save(session, facts.Agent!, facts.Account!, login, decision.Whole, actor, now);
        }

        if (decision.Outcome is IssueOutcome.NotGranted)
        {
            FleetAudit.Write(session, now, new FleetAccess(actor, FleetAction.Seal, "not-granted", accountId, agentId));
        }

        return new IssueResult(decision.Outcome);
    }

    /// <summary>Locks the account, then the agent.</summary>
    private IssueFacts Load(WriteSession session, string agentId, FleetAccountId accountId) => new(
        vault.Read(session, accountId),
        session.First(
            AgentSql.Recipient,
            rows => new Recipient(agentId, rows.Text(0), rows.TextOrNull(1), FleetAccountId.Of(rows.Int64OrNull(2)), rows.TextOrNull(3) is LoginPlace.Keychain, rows.TextOrNull(4)),
            ("agent", agentId)),
        session.Scalar(AgentSql.IsGranted, ("agent", agentId), ("account", accountId.Value)) > 0,
        ReceiverSigning.FindPublicKey(session),
        session.Scalar(CommandSql.CountOpen, ("agent", agentId)) > 0,
        session.Any(VaultSql.IntentAt, ("account", accountId.Value)));

    private IssueResult Save(WriteSession session, Recipient agent, StoredAccount account, Login login, bool whole, Actor actor, DateTimeOffset now)
    {
        var id = session.Scalar(CommandSql.NextId, ("now", now.ToUnixTimeMilliseconds()))!.Value;
        var content = new SwapContent
        {
            AccountLabel = account.Label,
            AccountId = account.Uuid,
            ClaudeAiOauth = login.ToElement(),
            Fingerprint = login.Fingerprint,
            Replaces = agent.Applied ?? "",
        };
        var expires = now + Lifetime;
        var seal = CredentialSeal.Seal(
            agent.SealingKey,
            JsonSerializer.SerializeToUtf8Bytes(content, FleetJson.Default.SwapContent),
            SealedCommand.Context(agent.AgentId, id, SealedCommand.Swap, now, expires));
        var command = new SealedCommand { Id = id, Kind = SealedCommand.Swap, IssuedAt = now, ExpiresAt = expires, Sealed = seal, Signature = "" };
        if (signing.Sign(session, agent.AgentId, command) is not { } signature)
        {
            return new IssueResult(IssueOutcome.NeedsLogin);
        }

        var inserted = session.Execute(
            CommandSql.Insert,
            ("command", id),
            ("agent", agent.AgentId),
            ("account", account.AccountId.Value),
            ("kind", SealedCommand.Swap),
            ("whole", whole),
            ("fingerprint", login.Fingerprint),
            ("replaces", agent.Applied),
            ("sealed", seal),
            ("signature", signature),
            ("issued_by", actor.StoredName),
            ("now", now.ToUnixTimeMilliseconds()),
            ("expires_at", expires.ToUnixTimeMilliseconds()));
        if (inserted == 0)
        {
            return new IssueResult(IssueOutcome.Pending);
        }

        if (!vault.TryGive(session, account, agent.AgentId, whole))
        {
            session.Execute(CommandSql.Delete, ("command", id)); // nobody has seen it, because it was written in this transaction
            return new IssueResult(IssueOutcome.Refreshing);
        }

        FleetAudit.Write(
            session, now, new FleetAccess(actor, FleetAction.Seal, FleetAccess.Done, account.AccountId, agent.AgentId, login.Fingerprint, whole ? "full login" : "copy"));
        return new IssueResult(IssueOutcome.Issued, id, whole);
    }

    private (IReadOnlyList<SealedCommand> Commands, int Delivered, int Settled) Exchange(WriteSession session, EnrolledAgent agent, Heartbeat heartbeat)
    {
        var now = time.GetUtcNow();
        var decision = ExchangeRule.Decide(OpenCommand.Load(session, agent.AgentId), heartbeat, now);
        if (decision.LastStray is { } detail)
        {
            FleetRefusals.Write(session, now, new FleetAccess(Actor.Agent(agent.AgentId, ""), FleetAction.Confirm, FleetRefusals.Stray, AgentId: agent.AgentId, Detail: detail), decision.Strays);
        }

        foreach (var step in decision.Steps)
        {
            CarryOut(session, step, now);
        }

        return (
            [.. decision.Steps.Where(step => step.Step is CommandStep.Deliver or CommandStep.Repeat).Select(step => step.Command.ToWire())],
            decision.Steps.Count(step => step.Step is CommandStep.Deliver),
            decision.Steps.Count(step => step.Step is CommandStep.Confirm or CommandStep.Refuse or CommandStep.Expire));
    }

    private static void CarryOut(WriteSession session, ExchangeStep step, DateTimeOffset now)
    {
        var command = step.Command;
        switch (step.Step)
        {
            case CommandStep.Deliver:
                session.Execute(CommandSql.Deliver, ("now", now.ToUnixTimeMilliseconds()), ("command", command.Id));
                FleetAudit.Write(session, now, new FleetAccess(Actor.Agent(command.AgentId, ""), FleetAction.Deliver, FleetAccess.Done, command.AccountId, command.AgentId, command.Fingerprint));
                break;
            case CommandStep.Confirm:
                command.Confirm(session, now);
                break;
            case CommandStep.Refuse:
                command.End(session, OpenCommand.Refused, step.Reason, now);
                break;
            case CommandStep.Expire:
                command.End(session, OpenCommand.Expired, step.Reason, now);
                break;
            case CommandStep.Wait or CommandStep.Repeat:
                break;
        }
    }

    private async ValueTask<FrozenSet<string>> WaitingAsync(CancellationToken cancellationToken)
    {
        if (_waiting is { } waiting && time.GetElapsedTime(waiting.At) < s_waitingAge)
        {
            return waiting.Agents;
        }

        var at = time.GetTimestamp();
        using var session = await readers.OpenAsync(cancellationToken);
        var agents = session.List(CommandSql.Waiting, static rows => rows.Text(0)).ToFrozenSet(StringComparer.Ordinal);
        _waiting = new Waiting(agents, at);
        return agents;
    }

    private sealed record Waiting(FrozenSet<string> Agents, long At);
}
