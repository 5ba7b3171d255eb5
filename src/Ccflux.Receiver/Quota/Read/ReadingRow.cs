namespace Ccflux.Receiver.Quota.Read;

/// <summary>A reading with the names of its account and window, as it is stored.</summary>
internal sealed class ReadingRow
{
    public long AccountId { get; init; }

    public string Label { get; init; } = "";

    public string Email { get; init; } = "";

    public string Window { get; init; } = "";

    public long UsedMilli { get; init; }

    public long? ResetsAt { get; init; }

    public long ObservedAt { get; init; }

    public string Source { get; init; } = "";

    public ReadingReply ToReply(bool withEmails) => new(
        AccountId,
        AccountName.Of(AccountId, Label, Email, withEmails),
        withEmails && Email.Length > 0 ? Email : null,
        Window,
        UsedMilli / 1000d,
        UnixTime.At(ResetsAt),
        UnixTime.At(ObservedAt),
        Source);
}

/// <summary>A reading as the API returns it.</summary>
internal sealed record ReadingReply(
    long Account, string Label, string? Email, string Window, double Utilization, DateTimeOffset? ResetsAt, DateTimeOffset ObservedAt, string Source);
