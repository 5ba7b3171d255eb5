namespace Ccflux.Contracts.Usage;

/// <summary>Body of <c>POST /report</c>, schema 2: up to <see cref="ReportLimits.MaxTurns"/> turns of one machine.</summary>
public sealed record TurnBatch
{
    public const int Version = 2;

    public int SchemaVersion { get; init; } = Version;

    public required ClientInfo Client { get; init; }

    public required IReadOnlyList<TurnReport> Turns { get; init; }
}

/// <summary>The sender of a batch. No host, path or person is named: the token identifies the user, the key identifies the device.</summary>
public sealed record ClientInfo
{
    /// <summary>The program's name: <c>ccflux</c>.</summary>
    public required string Name { get; init; }

    public required string Version { get; init; }

    /// <summary>Operating system and architecture, such as <c>linux-x86_64</c>.</summary>
    public string? Platform { get; init; }

    public string? ClaudeCodeVersion { get; init; }
}
