using Ccflux.Receiver.Quota.Store;

namespace Ccflux.Receiver.Quota.Polling;

/// <summary>An account with its timer. Only the running poll changes its state, and only one poll runs at a time.</summary>
internal sealed class PolledAccount(PollTarget target, IPollSource source, KnownAccount known) : IDisposable
{
    public PollTarget Target { get; set; } = target;

    public IPollSource Source { get; } = source;

    public long AccountId { get; } = known.AccountId;

    public PollState State { get; set; } = known.State;

    public IReadOnlyList<DateTimeOffset> Resets { get; set; } = known.Resets;

    public DateTimeOffset NextAt { get; set; } = known.NextAt ?? default;

    public ITimer? Timer { get; set; }

    public bool IsPolling { get; set; }

    public bool IsGone { get; set; }

    public void Dispose() => Timer?.Dispose();
}
