namespace Ccflux.Receiver.Fleet.Rotation;

/// <summary>A config dir of Claude Code whose login the fleet switches: all sessions in it use the same account.</summary>
/// <param name="Id">The agent's.</param>
/// <param name="Machine">The agent's machine.</param>
/// <param name="Active">The account whose login stands there; null where it is none of the vault's.</param>
internal sealed record ConfigDirState(string Id, string Machine, long? Active)
{
    /// <summary>Tool calls that run now.</summary>
    public int OpenCalls { get; init; }

    /// <summary>Since when the oldest of them runs.</summary>
    public DateTimeOffset? OpenSince { get; init; }

    /// <summary>The models of its live sessions.</summary>
    public IReadOnlyList<string> Models { get; init; } = [];

    public DateTimeOffset? LastSwitch { get; init; }

    /// <summary>Since when a switch is put off: what the last <see cref="Decision"/> said.</summary>
    public DateTimeOffset? DeferredSince { get; init; }

    /// <summary>The account that the admin asked for by hand, until it is there or cannot be.</summary>
    public long? Requested { get; init; }

    /// <summary>Accounts that may be given to it; null is all of them.</summary>
    public IReadOnlySet<long>? Granted { get; init; }
}
