using Ccflux.Contracts.Fleet;
using Ccflux.Receiver.Fleet.Store;
using Ccflux.Receiver.Platform.Auth;
using Ccflux.Storage.Sql;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Fleet.Agents;

/// <summary>A command that is not settled. Everything here runs inside a write.</summary>
/// <param name="Whole">With the refresh token: the agent holds the login until the command is settled otherwise.</param>
/// <param name="Signature">Null if it was issued before commands were signed: no agent accepts it.</param>
internal sealed record OpenCommand(
    long Id, string AgentId, long AccountId, string Kind, bool Whole, string Fingerprint, string? Replaces, string Sealed, bool IsDelivered, DateTimeOffset IssuedAt, DateTimeOffset ExpiresAt,
    string? Signature)
{
    public const string Confirmed = "confirmed";
    public const string Refused = "refused";
    public const string Expired = "expired";

    /// <summary>An agent's clock may be off by as much as is allowed for signatures, and it may be carrying out the command right now.</summary>
    public static readonly TimeSpan Tolerance = Contracts.Usage.ReportLimits.ClockTolerance + TimeSpan.FromSeconds(30);

    public static List<OpenCommand> Of(WriteSession session, string agentId)
    {
        var open = new List<OpenCommand>();
        using var rows = session.Query(CommandSql.SelectOpen, ("agent", agentId));
        while (rows.Read())
        {
            open.Add(new OpenCommand(
                rows.Int64(0),
                agentId,
                rows.Int64(1),
                rows.Text(2),
                rows.Bool(3),
                rows.Text(4),
                rows.TextOrNull(5),
                rows.Text(6),
                string.Equals(rows.Text(7), "delivered", StringComparison.Ordinal),
                UnixTime.At(rows.Int64(8)),
                UnixTime.At(rows.Int64(9)),
                rows.TextOrNull(10)));
        }

        return open;
    }

    /// <summary>Ends commands that were never delivered: the logins in them belong to the vault again.</summary>
    public static void EndUndelivered(WriteSession session, string agentId, string reason, DateTimeOffset now)
    {
        foreach (var command in Of(session, agentId).Where(command => !command.IsDelivered))
        {
            command.End(session, Expired, reason, now);
        }
    }

    public SealedCommand ToWire() => new() { Id = Id, Kind = Kind, IssuedAt = IssuedAt, ExpiresAt = ExpiresAt, Sealed = Sealed, Signature = Signature! };

    /// <summary>The config dir contains the login that was sent.</summary>
    public void Confirm(WriteSession session, DateTimeOffset now)
    {
        session.Execute(CommandSql.Settle, ("state", Confirmed), ("reason", SqlValue.Null), ("now", now.ToUnixTimeMilliseconds()), ("command", Id));
        session.Execute(CommandSql.SetApplied, ("account", AccountId), ("fingerprint", Fingerprint), ("agent", AgentId), ("now", now.ToUnixTimeMilliseconds()));
        Audit(session, now, FleetAction.Confirm, FleetAccess.Done, "");
    }

    /// <summary>The command was not and will not be carried out: the vault takes back the login in it.</summary>
    public void End(WriteSession session, string state, string reason, DateTimeOffset now)
    {
        session.Execute(CommandSql.Settle, ("state", state), ("reason", reason), ("now", now.ToUnixTimeMilliseconds()), ("command", Id));
        var taken = Whole
            && session.Execute(CommandSql.TakeBack, ("now", now.ToUnixTimeMilliseconds()), ("account", AccountId), ("agent", AgentId), ("fingerprint", Fingerprint)) > 0;
        Audit(session, now, taken ? FleetAction.TakeBack : FleetAction.Confirm, state, reason);
    }

    private void Audit(WriteSession session, DateTimeOffset now, string action, string outcome, string detail) =>
        FleetAudit.Write(session, now, new FleetAccess(Actor.Agent(AgentId, ""), action, outcome, AccountId, AgentId, Fingerprint, detail));
}
