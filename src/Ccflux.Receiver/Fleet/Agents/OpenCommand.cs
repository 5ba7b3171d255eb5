using Ccflux.Contracts.Fleet;
using Ccflux.Receiver.Fleet.Store;
using Ccflux.Receiver.Fleet.Vault;
using Ccflux.Receiver.Platform.Auth;
using Ccflux.Storage.Sql;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Fleet.Agents;

/// <summary>A command that is not settled. Everything here runs inside a write.</summary>
/// <param name="Whole">With the refresh token: the agent holds the login until the command is settled otherwise.</param>
/// <param name="IsHeld">The agent holds the login that was sent, and the vault has not got a newer one.</param>
/// <param name="Signature">Null if it was issued before commands were signed: no agent accepts it.</param>
internal sealed record OpenCommand(
    long Id, string AgentId, FleetAccountId AccountId, string Kind, bool Whole, bool IsHeld, string Fingerprint, string? Replaces, string Sealed, bool IsDelivered,
    DateTimeOffset IssuedAt, DateTimeOffset ExpiresAt, string? Signature)
{
    public const string Confirmed = "confirmed";
    public const string Refused = "refused";
    public const string Expired = "expired";

    /// <summary>An agent's clock may be off by as much as is allowed for signatures, and it may be carrying out the command right now.</summary>
    public static readonly TimeSpan Tolerance = Contracts.Usage.ReportLimits.ClockTolerance + TimeSpan.FromSeconds(30);

    /// <summary>Whether the vault takes the login back when the command ends without having been carried out.</summary>
    public bool IsTakenBack => Whole && IsHeld;

    /// <summary>An agent's open commands. Locks their accounts, then the commands.</summary>
    public static List<OpenCommand> Load(WriteSession session, string agentId) =>
        Load(session, CommandSql.AccountsOfOpen, CommandSql.SelectOpen, ("agent", agentId));

    /// <summary>The commands that no agent fetched in time. Locks their accounts, then the commands.</summary>
    public static List<OpenCommand> LoadUnfetched(WriteSession session, DateTimeOffset now) =>
        Load(session, CommandSql.AccountsOfUnfetched, CommandSql.SelectUnfetched, ("now", now.ToUnixTimeMilliseconds()));

    public SealedCommand ToWire() => new() { Id = Id, Kind = Kind, IssuedAt = IssuedAt, ExpiresAt = ExpiresAt, Sealed = Sealed, Signature = Signature! };

    /// <summary>The config dir contains the login that was sent.</summary>
    public void Confirm(WriteSession session, DateTimeOffset now)
    {
        session.Execute(CommandSql.Settle, ("state", Confirmed), ("reason", SqlValue.Null), ("now", now.ToUnixTimeMilliseconds()), ("command", Id));
        session.Execute(CommandSql.SetApplied, ("account", AccountId.Value), ("fingerprint", Fingerprint), ("agent", AgentId), ("now", now.ToUnixTimeMilliseconds()));
        Audit(session, now, FleetAction.Confirm, FleetAccess.Done, "");
    }

    /// <summary>The command was not and will not be carried out: the vault takes back the login in it.</summary>
    public void End(WriteSession session, string state, string reason, DateTimeOffset now)
    {
        session.Execute(CommandSql.Settle, ("state", state), ("reason", reason), ("now", now.ToUnixTimeMilliseconds()), ("command", Id));
        if (IsTakenBack)
        {
            session.Execute(CommandSql.TakeBack, ("now", now.ToUnixTimeMilliseconds()), ("account", AccountId.Value), ("agent", AgentId), ("fingerprint", Fingerprint));
        }

        Audit(session, now, IsTakenBack ? FleetAction.TakeBack : FleetAction.Confirm, state, reason);
    }

    private static List<OpenCommand> Load(WriteSession session, string accountsSql, string commandsSql, SqlParameter parameter)
    {
        var accounts = session.List(accountsSql, static rows => new Owner(new FleetAccountId(rows.Int64(0)), rows.Text(1), rows.TextOrNull(2), rows.Text(3)), parameter)
            .ToDictionary(owner => owner.AccountId);
        return session.List(commandsSql, rows => Read(rows, accounts), parameter);
    }

    private static OpenCommand Read(Rows rows, Dictionary<FleetAccountId, Owner> accounts)
    {
        var (agentId, accountId, fingerprint) = (rows.Text(1), new FleetAccountId(rows.Int64(2)), rows.Text(5));
        return new OpenCommand(
            rows.Int64(0),
            agentId,
            accountId,
            rows.Text(3),
            rows.Bool(4),
            accounts.GetValueOrDefault(accountId) == new Owner(accountId, Holder.Agent, agentId, fingerprint),
            fingerprint,
            rows.TextOrNull(6),
            rows.Text(7),
            string.Equals(rows.Text(8), "delivered", StringComparison.Ordinal),
            UnixTime.At(rows.Int64(9)),
            UnixTime.At(rows.Int64(10)),
            rows.TextOrNull(11));
    }

    private void Audit(WriteSession session, DateTimeOffset now, string action, string outcome, string detail) =>
        FleetAudit.Write(session, now, new FleetAccess(Actor.Agent(AgentId, ""), action, outcome, AccountId, AgentId, Fingerprint, detail));

    private sealed record Owner(FleetAccountId AccountId, string Holder, string? HolderAgent, string Fingerprint);
}
