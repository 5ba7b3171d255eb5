namespace Ccflux.Receiver.Fleet.Monitors;

/// <summary>The result of one check.</summary>
/// <param name="Detail">In words; never a URL, which may contain a key.</param>
internal sealed record CheckResult(MonitorState State, string Detail, long? Milliseconds = null);
