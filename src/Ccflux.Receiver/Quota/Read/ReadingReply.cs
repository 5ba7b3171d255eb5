using Ccflux.Storage.Sql;

namespace Ccflux.Receiver.Quota.Read;

/// <summary>A reading as the API returns it.</summary>
internal sealed record ReadingReply(
    long Account, string Label, string? Email, string Window, double Utilization, DateTimeOffset? ResetsAt, DateTimeOffset ObservedAt, string Source)
{
    /// <summary>From a row of <see cref="Store.QuotaReadSql.Readings"/>.</summary>
    public static ReadingReply Read(Rows rows, bool withEmails)
    {
        var account = new QuotaAccountId(rows.Int64(0));
        var email = rows.Text(2);
        return new ReadingReply(
            account.Value,
            AccountName.Of(account, rows.Text(1), email, withEmails),
            withEmails && email.Length > 0 ? email : null,
            rows.Text(3),
            rows.Int64(4) / 1000d,
            UnixTime.At(rows.Int64OrNull(5)),
            UnixTime.At(rows.Int64(6)),
            rows.Text(7));
    }
}
