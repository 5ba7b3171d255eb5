namespace Ccflux.Receiver.Fleet.Rotation;

/// <summary>A config dir whose login the fleet switches. All sessions in it use the same account.</summary>
/// <param name="Id">The agent's id.</param>
/// <param name="Machine">The agent's machine.</param>
/// <param name="Active">The account of the login in it; null if that is not in the vault.</param>
internal sealed record ConfigDirState(string Id, string Machine, FleetAccountId? Active)
{
    /// <summary>Tool calls in progress.</summary>
    public int OpenCalls { get; init; }

    /// <summary>When the oldest of them began.</summary>
    public DateTimeOffset? OpenSince { get; init; }

    /// <summary>The models of its live sessions.</summary>
    public IReadOnlyList<string> Models { get; init; } = [];

    public DateTimeOffset? LastSwitch { get; init; }

    /// <summary>Since when a switch is deferred, according to the last <see cref="Decision"/>.</summary>
    public DateTimeOffset? DeferredSince { get; init; }

    /// <summary>The account that the admin requested manually, until it is in place or cannot be.</summary>
    public FleetAccountId? Requested { get; init; }

    /// <summary>The accounts that it may be given; null means all.</summary>
    public IReadOnlySet<FleetAccountId>? Granted { get; init; }
}
