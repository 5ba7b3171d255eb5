using System.Collections.Frozen;
using System.Text.Json;
using Ccflux.Contracts.Fleet;
using Ccflux.Receiver.Fleet.Store;
using Ccflux.Receiver.Fleet.Vault;
using Ccflux.Receiver.Platform.Auth.Admin;
using Ccflux.Receiver.Platform.Live;
using Ccflux.Storage.Reading;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Fleet.Agents;

/// <summary>Whether a login was sealed to an agent and, if not, why.</summary>
internal enum IssueOutcome
{
    Issued = 1,
    NoSuchAgent = 2,
    NotGranted = 3,

    /// <summary>The config dir already has it.</summary>
    AlreadyThere = 4,

    /// <summary>An earlier command to this agent is not settled.</summary>
    Pending = 5,

    /// <summary>The full login is elsewhere, and a copy is not allowed or would not work.</summary>
    HeldElsewhere = 6,

    /// <summary>The login has a fault, cannot be opened, or does not exist.</summary>
    NeedsLogin = 7,

    /// <summary>The login is being renewed right now.</summary>
    Refreshing = 8,

    /// <summary>The client there keeps its login where an agent cannot write one.</summary>
    NoLoginFile = 9,

    /// <summary>The database cannot be written to.</summary>
    Busy = 10,

    /// <summary>The agent knows no key of this receiver, or an old one: it would not accept any command.</summary>
    EnrolAgain = 11,
}

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

    private static readonly AuditActor s_agent = new(FleetAccess.Agent, "");

    private volatile Waiting? _waiting;

    /// <summary>Seals an account's login to an agent.</summary>
    /// <param name="agentId">The recipient.</param>
    /// <param name="accountId">The account whose login is sealed.</param>
    /// <param name="allowCopy">If the login is held elsewhere, give a copy without its refresh token.</param>
    /// <param name="actor">Rotation, or the admin.</param>
    public async Task<IssueResult> IssueAsync(string agentId, long accountId, bool allowCopy, AuditActor actor)
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
        var agents = new HashSet<string>(StringComparer.Ordinal);
        using (var rows = session.Query(CommandSql.Undelivered, ("now", now.ToUnixTimeMilliseconds())))
        {
            while (rows.Read())
            {
                agents.Add(rows.Text(0));
            }
        }

        foreach (var agent in agents)
        {
            OpenCommand.EndUndelivered(session, agent, "not fetched in time", now);
        }

        return agents.Count;
    });

    private IssueResult Issue(WriteSession session, string agentId, long accountId, bool allowCopy, AuditActor actor)
    {
        var now = DateTimeOffset.FromUnixTimeSeconds(time.GetUtcNow().ToUnixTimeSeconds());
        if (ReadAgent(session, agentId) is not { } agent)
        {
            return new IssueResult(IssueOutcome.NoSuchAgent);
        }

        if (Refusal(session, agent, accountId, allowCopy, now, out var account, out var whole) is { } refusal)
        {
            if (refusal is IssueOutcome.NotGranted)
            {
                FleetAudit.Write(session, now, new FleetAccess(actor, FleetAction.Seal, "not-granted", accountId, agentId));
            }

            return new IssueResult(refusal);
        }

        var login = whole || account!.Login!.RefreshToken is null ? account!.Login! : account.Login.WithoutRefresh();
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
            agent.SealingKey, JsonSerializer.SerializeToUtf8Bytes(content, FleetJson.Default.SwapContent), SealedCommand.Context(agentId, id, SealedCommand.Swap, now, expires));
        var command = new SealedCommand { Id = id, Kind = SealedCommand.Swap, IssuedAt = now, ExpiresAt = expires, Sealed = seal, Signature = "" };
        if (signing.Sign(session, agentId, command) is not { } signature)
        {
            return new IssueResult(IssueOutcome.NeedsLogin);
        }

        var inserted = session.Execute(
            CommandSql.Insert,
            ("command", id),
            ("agent", agentId),
            ("account", accountId),
            ("kind", SealedCommand.Swap),
            ("whole", whole),
            ("fingerprint", login.Fingerprint),
            ("replaces", agent.Applied),
            ("sealed", seal),
            ("signature", signature),
            ("issued_by", actor.Name),
            ("now", now.ToUnixTimeMilliseconds()),
            ("expires_at", expires.ToUnixTimeMilliseconds()));
        if (inserted == 0)
        {
            return new IssueResult(IssueOutcome.Pending);
        }

        if (!vault.TryGive(session, account!, agentId, whole))
        {
            session.Execute(CommandSql.Delete, ("command", id)); // nobody has seen it, because it was written in this transaction
            return new IssueResult(IssueOutcome.Refreshing);
        }

        FleetAudit.Write(session, now, new FleetAccess(actor, FleetAction.Seal, FleetAccess.Done, accountId, agentId, login.Fingerprint, whole ? "full login" : "copy"));
        return new IssueResult(IssueOutcome.Issued, id, whole);
    }

    private IssueOutcome? Refusal(WriteSession session, Recipient agent, long accountId, bool allowCopy, DateTimeOffset now, out StoredAccount? account, out bool whole)
    {
        whole = false;
        account = vault.Read(session, accountId);
        if (account is not { Fault: null, Login: { } login })
        {
            return IssueOutcome.NeedsLogin;
        }

        if (session.Scalar(AgentSql.IsGranted, ("agent", agent.AgentId), ("account", accountId)) == 0)
        {
            return IssueOutcome.NotGranted;
        }

        if (agent.KeepsInKeychain)
        {
            return IssueOutcome.NoLoginFile;
        }

        if (!string.Equals(agent.ReceiverKey, signing.PublicKey(session), StringComparison.Ordinal))
        {
            return IssueOutcome.EnrolAgain;
        }

        if (session.Scalar(CommandSql.CountOpen, ("agent", agent.AgentId)) > 0)
        {
            return IssueOutcome.Pending;
        }

        // A copy may be replaced by the full login if the vault has it.
        var isCopy = account is { Holder: Holder.Vault } && login.RefreshToken is not null && string.Equals(agent.Applied, login.AccessFingerprint, StringComparison.Ordinal);
        if (agent.AccountId == accountId && !isCopy)
        {
            return IssueOutcome.AlreadyThere;
        }

        if (session.Scalar(VaultSql.CountIntents, ("account", accountId)) > 0)
        {
            return IssueOutcome.Refreshing;
        }

        whole = account.Holder is Holder.Vault && login.RefreshToken is not null;
        return whole || (!(login.ExpiresAt <= now) && (allowCopy || account.Holder is Holder.Vault)) ? null : IssueOutcome.HeldElsewhere;
    }

    private (IReadOnlyList<SealedCommand> Commands, int Delivered, int Settled) Exchange(WriteSession session, EnrolledAgent agent, Heartbeat heartbeat)
    {
        var now = time.GetUtcNow();
        var commands = new List<SealedCommand>();
        var delivered = 0;
        var settled = 0;
        var open = OpenCommand.Of(session, agent.AgentId);
        var strays = heartbeat.Refused.Where(refused => refused.Reason is RefusalReasons.NotSigned || open.TrueForAll(command => command.Id != refused.Id)).ToList();
        if (strays.Count > 0)
        {
            // Settled long ago, or never ours: someone is showing the agent old commands or forged ones.
            var detail = string.Create(CultureInfo.InvariantCulture, $"command {strays[^1].Id} {Words(strays[^1])}");
            FleetRefusals.Write(session, now, new FleetAccess(s_agent, FleetAction.Confirm, FleetRefusals.Stray, AgentId: agent.AgentId, Detail: detail), strays.Count);
        }

        foreach (var command in open)
        {
            if (Settle(session, command, heartbeat, now))
            {
                settled++;
                continue;
            }

            if (command.ExpiresAt <= now || command.Signature is null)
            {
                continue;
            }

            if (session.Execute(CommandSql.Deliver, ("now", now.ToUnixTimeMilliseconds()), ("command", command.Id)) > 0)
            {
                delivered++;
                FleetAudit.Write(session, now, new FleetAccess(s_agent, FleetAction.Deliver, FleetAccess.Done, command.AccountId, agent.AgentId, command.Fingerprint));
            }

            commands.Add(command.ToWire());
        }

        return (commands, delivered, settled);
    }

    /// <summary>The login in the config dir counts for more than what the agent reports about a command, because the agent may have ended in between.</summary>
    private static bool Settle(WriteSession session, OpenCommand command, Heartbeat heartbeat, DateTimeOffset now)
    {
        if (heartbeat.Confirmed.Contains(command.Id) || string.Equals(heartbeat.Applied, command.Fingerprint, StringComparison.Ordinal))
        {
            command.Confirm(session, now);
            return true;
        }

        // A command that the agent reports as not signed was someone else's with the same id; the genuine one may still be on its way.
        if (heartbeat.Refused.FirstOrDefault(refused => refused.Id == command.Id && refused.Reason is not RefusalReasons.NotSigned) is { } refusal)
        {
            command.End(session, OpenCommand.Refused, Words(refusal), now);
            return true;
        }

        var unfetched = !command.IsDelivered && command.ExpiresAt <= now;
        var untouched = command.ExpiresAt + OpenCommand.Tolerance <= now && string.Equals(heartbeat.Applied, command.Replaces, StringComparison.Ordinal);
        if (unfetched || untouched)
        {
            command.End(session, OpenCommand.Expired, "not carried out in time", now);
            return true;
        }

        return false;
    }

    private static Recipient? ReadAgent(WriteSession session, string agentId)
    {
        using var rows = session.Query(AgentSql.Recipient, ("agent", agentId));
        return rows.Read()
            ? new Recipient(agentId, rows.Text(0), rows.TextOrNull(1), rows.Int64OrNull(2), string.Equals(rows.TextOrNull(3), LoginPlace.Keychain, StringComparison.Ordinal), rows.TextOrNull(4))
            : null;
    }

    private static string Words(RefusedCommand refused) => RefusalReasons.IsKnown(refused.Reason) ? refused.Reason : SafeDisplayText.Quote(refused.Reason);

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

    private sealed record Recipient(string AgentId, string SealingKey, string? Applied, long? AccountId, bool KeepsInKeychain, string? ReceiverKey);
}
