using Ccflux.Contracts.Fleet;
using Ccflux.Receiver.Fleet.Store;
using Ccflux.Receiver.Platform.Auth.Admin;
using Ccflux.Storage.Sqlite;

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

    public static List<OpenCommand> Of(SqlConnection connection, string agentId)
    {
        var open = new List<OpenCommand>();
        using var rows = connection.Query(CommandSql.SelectOpen, agentId);
        while (rows.Read())
        {
            open.Add(new OpenCommand(
                rows.Number(0),
                agentId,
                rows.Number(1),
                rows.Text(2),
                rows.Number(3) != 0,
                rows.Text(4),
                rows.TextOrNull(5),
                rows.Text(6),
                string.Equals(rows.Text(7), "delivered", StringComparison.Ordinal),
                UnixTime.At(rows.Number(8)),
                UnixTime.At(rows.Number(9)),
                rows.TextOrNull(10)));
        }

        return open;
    }

    /// <summary>Ends commands that were never delivered: the logins in them belong to the vault again.</summary>
    public static void EndUndelivered(SqlConnection connection, string agentId, string reason, DateTimeOffset now)
    {
        foreach (var command in Of(connection, agentId).Where(command => !command.IsDelivered))
        {
            command.End(connection, Expired, reason, now);
        }
    }

    public SealedCommand ToWire() => new() { Id = Id, Kind = Kind, IssuedAt = IssuedAt, ExpiresAt = ExpiresAt, Sealed = Sealed, Signature = Signature! };

    /// <summary>The config dir contains the login that was sent.</summary>
    public void Confirm(SqlConnection connection, DateTimeOffset now)
    {
        connection.Execute(CommandSql.Settle, Confirmed, default, now.ToUnixTimeMilliseconds(), Id);
        connection.Execute(CommandSql.SetApplied, AccountId, Fingerprint, AgentId, now.ToUnixTimeMilliseconds());
        Audit(connection, now, FleetAction.Confirm, FleetAccess.Done, "");
    }

    /// <summary>The command was not and will not be carried out: the vault takes back the login in it.</summary>
    public void End(SqlConnection connection, string state, string reason, DateTimeOffset now)
    {
        connection.Execute(CommandSql.Settle, state, reason, now.ToUnixTimeMilliseconds(), Id);
        var taken = Whole && connection.Execute(CommandSql.TakeBack, now.ToUnixTimeMilliseconds(), AccountId, AgentId, Fingerprint) > 0;
        Audit(connection, now, taken ? FleetAction.TakeBack : FleetAction.Confirm, state, reason);
    }

    private void Audit(SqlConnection connection, DateTimeOffset now, string action, string outcome, string detail) =>
        FleetAudit.Write(connection, now, new FleetAccess(new AuditActor(FleetAccess.Agent, ""), action, outcome, AccountId, AgentId, Fingerprint, detail));
}
