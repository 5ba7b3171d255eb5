using Ccflux.Receiver.Platform.Jobs;

namespace Ccflux.Receiver.Usage.Copies;

/// <summary>Wakes the job that hides copies: an admin declared some, or took that back.</summary>
internal sealed class CopyWakeSignal : WakeSignal;
