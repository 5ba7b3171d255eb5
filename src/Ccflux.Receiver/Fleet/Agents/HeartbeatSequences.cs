using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Ccflux.Receiver.Fleet.Store;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Fleet.Agents;

/// <summary>The verdict on a heartbeat's sequence number.</summary>
internal enum SequenceVerdict
{
    Newer = 1,
    Replayed = 2,

    /// <summary>Signed before this process started, so it is unknown whether it was accepted then.</summary>
    BeforeStart = 3,

    /// <summary>It could not be stored how far the agent's clock is ahead.</summary>
    Busy = 4,
}

/// <summary>
/// Keeps the last sequence number of each agent. The database gets it only now and then, so the last one that the previous process accepted may not be
/// stored. That one was signed before this process began to listen, or by a clock that runs ahead; how far ahead is stored before such a heartbeat
/// counts. So from an agent that this process has not heard from, only heartbeats signed later than both are accepted, and a recorded one never is.
/// </summary>
internal sealed class HeartbeatSequences(GroupCommitWriter writer, TimeProvider time) : IHostedService
{
    /// <summary>How much further ahead is stored at once.</summary>
    private static readonly TimeSpan s_ahead = TimeSpan.FromSeconds(30);

    /// <summary>By the agent's key, so that an agent that is enrolled again starts over. The admin enrols agents; there are at most <see cref="AgentStore.MaxAgents"/>.</summary>
    private readonly ConcurrentDictionary<string, Last> _last = new(StringComparer.Ordinal);
    private DateTimeOffset _startedAt = time.GetUtcNow();

    /// <summary>Runs before the receiver listens.</summary>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _startedAt = time.GetUtcNow();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async ValueTask<SequenceVerdict> AdvanceAsync(EnrolledAgent agent, long sequence, DateTimeOffset signedAt)
    {
        while (true)
        {
            var known = _last.TryGetValue(agent.SigningKey, out var last);
            if (!known)
            {
                // An agent's very first heartbeat is stored at once: if none is stored, there was none.
                if (agent.Sequence > 0 && (signedAt < _startedAt || signedAt <= agent.SignedUntil))
                {
                    return SequenceVerdict.BeforeStart;
                }

                last = new Last(agent.Sequence, agent.SignedUntil);
            }

            if (sequence <= last.Sequence)
            {
                return SequenceVerdict.Replayed;
            }

            var next = last with { Sequence = sequence };
            if (signedAt > time.GetUtcNow() && !(signedAt <= last.SignedUntil))
            {
                next = next with { SignedUntil = signedAt + s_ahead };
                if (!await KeepAsync(agent, next.SignedUntil.Value))
                {
                    return SequenceVerdict.Busy;
                }
            }

            if (known ? _last.TryUpdate(agent.SigningKey, next, last) : _last.TryAdd(agent.SigningKey, next))
            {
                return SequenceVerdict.Newer;
            }
        }
    }

    private async Task<bool> KeepAsync(EnrolledAgent agent, DateTimeOffset until)
    {
        var written = await writer.WriteAsync(session => session.Execute(AgentSql.SignedUntil, ("until", until.ToUnixTimeMilliseconds()), ("agent", agent.AgentId)));
        return written.IsCommitted;
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Last(long Sequence, DateTimeOffset? SignedUntil);
}
