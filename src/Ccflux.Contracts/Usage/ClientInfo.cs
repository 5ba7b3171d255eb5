namespace Ccflux.Contracts.Usage;

/// <summary>The sender of a report. No host, path or person is named: the token identifies the user, the key identifies the device.</summary>
public sealed record ClientInfo
{
    /// <summary>The program's name: <c>ccflux</c>.</summary>
    public required string Name { get; init; }

    public required string Version { get; init; }

    /// <summary>Operating system and architecture, such as <c>linux-x86_64</c>.</summary>
    public string? Platform { get; init; }

    public string? ClaudeCodeVersion { get; init; }
}
