using System.Threading.Channels;

namespace Ccflux.Receiver.Platform.Live;

/// <summary>One open page: the topics it watches and the events it has not read yet.</summary>
internal sealed class LiveSubscription(Channel<LiveEvent> channel, IReadOnlyCollection<string> topics, string? startId, string caller, Action<LiveSubscription> ended) : IDisposable
{
    /// <summary>The version that this connection starts from; null if it reconnected, because it then keeps its own id until it has read what it missed.</summary>
    public string? StartId { get; } = startId;

    /// <summary>The caller that this connection counts for.</summary>
    public string Caller { get; } = caller;

    public ChannelReader<LiveEvent> Events => channel.Reader;

    public void Offer(LiveEvent changed)
    {
        if (topics.Contains(changed.Topic, StringComparer.Ordinal))
        {
            channel.Writer.TryWrite(changed);
        }
    }

    public void Dispose() => ended(this);
}
