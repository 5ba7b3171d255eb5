namespace Ccflux.Receiver.Fleet.Read;

internal sealed class WindowRow
{
    public long AccountId { get; init; }

    public string Name { get; init; } = "";

    public long UsedMilli { get; init; }

    public long? ResetsAt { get; init; }

    public long ObservedAt { get; init; }

    public string Source { get; init; } = "";
}

internal sealed class PollsRow
{
    public long? LastAt { get; init; }

    public long? NextAt { get; init; }

    public long Failing { get; init; }

    public long Polled { get; init; }
}

internal sealed class SwitchRow
{
    public long At { get; init; }

    public string Label { get; init; } = "";

    public string Machine { get; init; } = "";

    public string IssuedBy { get; init; } = "";

    public string Reason { get; init; } = "";
}

internal sealed class PinRow
{
    public string Scope { get; init; } = "";

    public string Target { get; init; } = "";

    public string Machine { get; init; } = "";

    public long AccountId { get; init; }

    public string Label { get; init; } = "";

    public string Mode { get; init; } = "";

    public long CreatedAt { get; init; }

    public string CreatedBy { get; init; } = "";
}

internal sealed class LogRow
{
    public long At { get; init; }

    public long Id { get; init; }

    public string Part { get; init; } = "";

    public string Kind { get; init; } = "";

    public string Outcome { get; init; } = "";

    public string Detail { get; init; } = "";

    public string Actor { get; init; } = "";

    public string? Fingerprint { get; init; }

    public string FromLabel { get; init; } = "";

    public string Label { get; init; } = "";

    public string Machine { get; init; } = "";
}
