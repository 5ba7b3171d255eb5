using Ccflux.Storage.Sqlite;
using Dapper;

namespace Ccflux.Receiver.Platform.Auth.Admin;

/// <summary>Records who changed what, and when. A change writes its line in its own transaction, so neither exists without the other.</summary>
internal sealed class AuditLog(SqliteReaders readers)
{
    /// <summary>The maximum number of lines per read.</summary>
    public const int MaxLines = 500;

    /// <summary>The maximum length of a field; longer text is cut.</summary>
    private const int MaxText = 500;

    /// <summary>Must be called inside the write that makes the change.</summary>
    public static void Write(SqlConnection connection, AuditEntry entry) => connection.Execute(
        AdminSql.InsertAudit,
        entry.At.ToUnixTimeMilliseconds(),
        entry.Actor.Name,
        entry.Action,
        Cut(entry.Target),
        Cut(entry.Detail),
        entry.Actor.Address);

    /// <summary>The newest lines or, for the next page, those before <paramref name="before"/> (an id).</summary>
    public async Task<IReadOnlyList<AuditLine>> ReadAsync(int limit, long before, CancellationToken cancellationToken)
    {
        using var lease = await readers.RentAsync(cancellationToken);
        var query = new CommandDefinition(AdminSql.ReadAudit, new { limit = Math.Clamp(limit, 1, MaxLines), before }, cancellationToken: cancellationToken);
        return (await lease.Connection.QueryAsync<AuditLine>(query)).AsList();
    }

    private static string Cut(string text) => text.Length <= MaxText ? text : text[..MaxText];
}

/// <summary>A line of the audit log; <paramref name="At"/> is in epoch milliseconds.</summary>
internal sealed record AuditLine(long Id, long At, string Actor, string Address, string Action, string Target, string Detail);
