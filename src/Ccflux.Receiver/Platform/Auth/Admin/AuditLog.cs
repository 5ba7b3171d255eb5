using Ccflux.Storage.Reading;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Platform.Auth.Admin;

/// <summary>Records who changed what, and when. A change writes its line in its own transaction, so neither exists without the other.</summary>
internal sealed class AuditLog(ReadSessions readers)
{
    /// <summary>The maximum number of lines per read.</summary>
    public const int MaxLines = 500;

    /// <summary>The maximum length of a field; longer text is cut.</summary>
    private const int MaxText = 500;

    /// <summary>Must be called inside the write that makes the change.</summary>
    public static void Write(WriteSession session, AuditEntry entry) => session.Execute(
        AdminSql.InsertAudit,
        ("at", entry.At.ToUnixTimeMilliseconds()),
        ("actor", entry.Actor.StoredName),
        ("action", entry.Action),
        ("target", Cut(entry.Target)),
        ("detail", Cut(entry.Detail)),
        ("address", entry.Actor.IpAddress));

    /// <summary>The newest lines or, for the next page, those before <paramref name="before"/> (an id).</summary>
    public async Task<IReadOnlyList<AuditLine>> ReadAsync(int limit, long before, CancellationToken cancellationToken)
    {
        using var session = await readers.OpenAsync(cancellationToken);
        return session.List(
            AdminSql.ReadAudit,
            static rows => new AuditLine(rows.Int64(0), rows.Int64(1), rows.Text(2), rows.Text(3), rows.Text(4), rows.Text(5), rows.Text(6)),
            ("before", before),
            ("limit", Math.Clamp(limit, 1, MaxLines)));
    }

    private static string Cut(string text) => text.Length <= MaxText ? text : text[..MaxText];
}

/// <summary>A line of the audit log; <paramref name="At"/> is in epoch milliseconds.</summary>
internal sealed record AuditLine(long Id, long At, string Actor, string Address, string Action, string Target, string Detail);
