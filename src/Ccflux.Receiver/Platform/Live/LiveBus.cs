using System.Threading.Channels;

namespace Ccflux.Receiver.Platform.Live;

/// <summary>
/// Passes "topic changed" from writers to open pages. Changes of a topic within
/// <see cref="Quiet"/> of each other become one event, so a busy receiver sends only a few per second.
/// </summary>
internal sealed class LiveBus : IChangeFeed, IDisposable
{
    public static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(400);

    /// <summary>How many events a slow reader may lag behind before the oldest is dropped. Each says only that a topic changed, so nothing is lost by dropping one.</summary>
    private const int Backlog = 16;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Topic> _topics;
    private readonly List<LiveSubscription> _subscriptions = [];
    private readonly string _epoch;
    private long _version;

    public LiveBus(IEnumerable<LiveTopic> topics, TimeProvider time)
    {
        _epoch = time.GetUtcNow().ToUnixTimeMilliseconds().ToString("x", CultureInfo.InvariantCulture);
        _topics = topics.ToDictionary(topic => topic.Name, topic => new Topic(topic, time, Flush), StringComparer.Ordinal);
    }

    /// <summary>The number of open live connections, for the cap and the metric.</summary>
    public int Subscribers
    {
        get
        {
            lock (_gate)
            {
                return _subscriptions.Count;
            }
        }
    }

    public LiveTopic? Find(string topic) => _topics.GetValueOrDefault(topic)?.Definition;

    public void Publish(string topic)
    {
        if (_topics.TryGetValue(topic, out var known))
        {
            known.MarkChanged();
        }
    }

    /// <summary>The version that a page should remember before it reads its data: a later change has a greater version.</summary>
    public LiveEvent Current()
    {
        lock (_gate)
        {
            return new LiveEvent("", _epoch, _version);
        }
    }

    /// <summary>
    /// Subscribes, then checks for missed changes: topics that changed after <paramref name="lastEventId"/> are sent at once, so nothing is lost between
    /// the read of a page and its subscription. Null if <paramref name="cap"/> connections are open, or <paramref name="share"/> of them by the same caller.
    /// </summary>
    public LiveSubscription? Subscribe(IReadOnlyCollection<string> topics, string? lastEventId, int cap, string caller = "", int share = int.MaxValue)
    {
        var channel = Channel.CreateBounded<LiveEvent>(new BoundedChannelOptions(Backlog) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });
        lock (_gate)
        {
            if (_subscriptions.Count >= cap || _subscriptions.Count(open => string.Equals(open.Caller, caller, StringComparison.Ordinal)) >= share)
            {
                return null;
            }

            var start = string.IsNullOrEmpty(lastEventId) ? new LiveEvent("", _epoch, _version).Id : null;
            var subscription = new LiveSubscription(channel, topics, start, caller, Unsubscribe);
            _subscriptions.Add(subscription);
            foreach (var topic in topics)
            {
                if (HasChangedSince_NeedsLock(topic, lastEventId))
                {
                    subscription.Offer(new LiveEvent(topic, _epoch, _version));
                }
            }

            return subscription;
        }
    }

    public void Dispose()
    {
        foreach (var topic in _topics.Values)
        {
            topic.Dispose();
        }
    }

    private bool HasChangedSince_NeedsLock(string topic, string? lastEventId)
    {
        if (string.IsNullOrEmpty(lastEventId))
        {
            return false;
        }

        return !lastEventId.StartsWith(_epoch + "-", StringComparison.Ordinal)
            || !long.TryParse(lastEventId.AsSpan(_epoch.Length + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var seen)
            || _topics[topic].Version > seen;
    }

    private void Flush(Topic topic)
    {
        lock (_gate)
        {
            topic.Version = ++_version;
            var changed = new LiveEvent(topic.Definition.Name, _epoch, _version);
            foreach (var subscription in _subscriptions)
            {
                subscription.Offer(changed);
            }
        }
    }

    private void Unsubscribe(LiveSubscription subscription)
    {
        lock (_gate)
        {
            _subscriptions.Remove(subscription);
        }
    }

    private sealed class Topic : IDisposable
    {
        private readonly ITimer _timer;
        private int _waiting;

        public Topic(LiveTopic definition, TimeProvider time, Action<Topic> flush)
        {
            Definition = definition;
            _timer = time.CreateTimer(
                _ =>
                {
                    Volatile.Write(ref _waiting, 0);
                    flush(this);
                },
                null,
                Timeout.InfiniteTimeSpan,
                Timeout.InfiniteTimeSpan);
        }

        public LiveTopic Definition { get; }

        public long Version { get; set; }

        public void MarkChanged()
        {
            if (Interlocked.Exchange(ref _waiting, 1) == 0)
            {
                _timer.Change(Quiet, Timeout.InfiniteTimeSpan);
            }
        }

        public void Dispose() => _timer.Dispose();
    }
}
