namespace Ccflux.Receiver.Quota.Read;

/// <summary>An account as it is stored, with the state of polling if it is polled.</summary>
internal sealed class AccountRow
{
    public long AccountId { get; init; }

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
}

/// <summary>A window with its newest reading.</summary>
internal sealed class WindowRow
{
    public long WindowId { get; init; }

    public long AccountId { get; init; }

    public string Name { get; init; } = "";

    public long UsedMilli { get; init; }

    public long? ResetsAt { get; init; }

    public long ObservedAt { get; init; }

    public string Source { get; init; } = "";

    public long? StartedAt { get; init; }

    public Reading ToReading() => new(Name, UsedMilli, UnixTime.At(ResetsAt), UnixTime.At(ObservedAt), UnixTime.At(StartedAt));
}
