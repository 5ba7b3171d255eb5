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

    /// <summary>Puts another name in place of an e-mail address, in all lines. A line about the person loses whatever else its target says, such as a device's name, and
    /// its detail, unless the detail is about somebody else.</summary>
    public static void Rename(WriteSession session, string email, string name)
    {
        foreach (var (line, actor, target, detail) in session.List(
            AdminSql.SelectNaming, static rows => (rows.Int64(0), rows.Text(1), rows.Text(2), rows.Text(3)), ("pattern", Mentions.Pattern(email))))
        {
            var renamed = Mentions.Replace(target, email, name);
            var isAbout = renamed.StartsWith(name, StringComparison.Ordinal) && !string.Equals(renamed, target, StringComparison.Ordinal);
            session.Execute(
                AdminSql.RenameLine,
                ("actor", Mentions.Replace(actor, email, name)), ("target", isAbout ? name : renamed),
                ("detail", isAbout && !detail.Contains('@', StringComparison.Ordinal) ? "" : Mentions.Replace(detail, email, name)), ("line", line));
        }
    }

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
