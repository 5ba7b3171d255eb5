namespace Ccflux.Receiver.Fleet.Monitors;

/// <summary>How one check ended.</summary>
/// <param name="Detail">In words; never an address, which may hold a key.</param>
internal sealed record CheckResult(MonitorState State, string Detail, long? Milliseconds = null);
