using System.Collections.Concurrent;

namespace Ccflux.Receiver.Fleet.Agents;

/// <summary>What a heartbeat's sequence says about it.</summary>
internal enum SequenceVerdict
{
    Newer = 1,
    Replayed = 2,

    /// <summary>Signed before this process started: whether it was taken then is not known to it.</summary>
    BeforeStart = 3,
}

/// <summary>The last sequence of each agent. The database is told of it now and then only; what it may have missed when the last process ended was
/// signed before this one started.</summary>
internal sealed class HeartbeatSequences(TimeProvider time)
{
    private readonly DateTimeOffset _startedAt = time.GetUtcNow();

    /// <summary>By the agent's key: enrolled again, it counts anew. Agents are enrolled by the admin, and there are <see cref="AgentBook.MaxAgents"/> at most.</summary>
    private readonly ConcurrentDictionary<string, long> _last = new(StringComparer.Ordinal);

    public SequenceVerdict Advance(EnrolledAgent agent, long sequence, DateTimeOffset signedAt)
    {
        while (true)
        {
            var known = _last.TryGetValue(agent.SigningKey, out var last);
            if (!known)
            {
                // Timestamps have whole seconds.
                if (signedAt < _startedAt.AddSeconds(-1))
                {
                    return SequenceVerdict.BeforeStart;
                }

                last = agent.Sequence;
            }

            if (sequence <= last)
            {
                return SequenceVerdict.Replayed;
            }

            if (known ? _last.TryUpdate(agent.SigningKey, sequence, last) : _last.TryAdd(agent.SigningKey, sequence))
            {
                return SequenceVerdict.Newer;
            }
        }
    }
}
