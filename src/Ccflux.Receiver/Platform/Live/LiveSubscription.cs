using System.Threading.Channels;

namespace Ccflux.Receiver.Platform.Live;

/// <summary>One open page: the topics it watches and the events it has not read yet.</summary>
internal sealed class LiveSubscription(Channel<LiveEvent> channel, IReadOnlyCollection<string> topics, Action<LiveSubscription> ended) : IDisposable
{
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
