using Ccflux.Storage.Sql;

namespace Ccflux.Receiver.Quota.Read;

/// <summary>An account as it is stored, with the state of polling if it is polled.</summary>
internal sealed class AccountRow
{
    public QuotaAccountId AccountId { get; init; }

    public string AccountKey { get; init; } = "";

    public long Owner { get; init; }

    public string Source { get; init; } = "";

    public string Label { get; init; } = "";

    public string Email { get; init; } = "";

    public long? NextAt { get; init; }

    public long? LastSuccessAt { get; init; }

    public long? Failures { get; init; }

    public string? Failure { get; init; }

    public long? FailedSince { get; init; }

    public long? RetryAt { get; init; }

    /// <summary>The owner's; empty if there is no owner or it has none.</summary>
    public string Division { get; init; } = "";

    /// <summary>From a row of <see cref="Store.QuotaReadSql.Accounts"/>.</summary>
    public static AccountRow Read(Rows rows) => new()
    {
        AccountId = new QuotaAccountId(rows.Int64(0)),
        AccountKey = rows.Text(1),
        Owner = rows.Int64(2),
        Source = rows.Text(3),
        Label = rows.Text(4),
        Email = rows.Text(5),
        NextAt = rows.Int64OrNull(6),
        LastSuccessAt = rows.Int64OrNull(7),
        Failures = rows.Int64OrNull(8),
        Failure = rows.TextOrNull(9),
        FailedSince = rows.Int64OrNull(10),
        RetryAt = rows.Int64OrNull(11),
        Division = rows.Text(12),
    };
}

/// <summary>A window with its newest reading.</summary>
internal sealed class WindowRow
{
    public long WindowId { get; init; }

    public QuotaAccountId AccountId { get; init; }

    public string Name { get; init; } = "";

    public long UsedMilli { get; init; }

    public long? ResetsAt { get; init; }

    public long ObservedAt { get; init; }

    public string Source { get; init; } = "";

    public long? StartedAt { get; init; }

    /// <summary>From a row of <see cref="Store.QuotaReadSql.Windows"/> or <see cref="Alerts.AlertSql.WindowsOfAccount"/>.</summary>
    public static WindowRow Read(Rows rows) => new()
    {
        WindowId = rows.Int64(0),
        AccountId = new QuotaAccountId(rows.Int64(1)),
        Name = rows.Text(2),
        UsedMilli = rows.Int64(3),
        ResetsAt = rows.Int64OrNull(4),
        ObservedAt = rows.Int64(5),
        StartedAt = rows.Int64OrNull(6),
        Source = rows.Text(7),
    };

    public Reading ToReading() => new(Name, UsedMilli, UnixTime.At(ResetsAt), UnixTime.At(ObservedAt), UnixTime.At(StartedAt));
}
