using Ccflux.Receiver.Platform.Jobs;

namespace Ccflux.Receiver.Telemetry.Auth;

/// <summary>Wakes the job that gives an installation's usage to its user: an admin said whose it is, or took that back.</summary>
internal sealed class SubjectWakeSignal : WakeSignal;
