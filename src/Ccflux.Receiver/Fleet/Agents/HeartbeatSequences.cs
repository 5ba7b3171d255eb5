using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Ccflux.Receiver.Fleet.Store;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Fleet.Agents;

/// <summary>What a heartbeat's sequence says about it.</summary>
internal enum SequenceVerdict
{
    Newer = 1,
    Replayed = 2,

    /// <summary>Signed before this process started: whether it was taken then is not known to it.</summary>
    BeforeStart = 3,

    /// <summary>It could not be written down how far its clock is ahead.</summary>
    Busy = 4,
}

/// <summary>
/// The last sequence of each agent. The database is told of it now and then only, so what the process before took last may not stand there. That was
/// signed before this process began to listen, or by a clock that is ahead; how far ahead is written down before such a heartbeat counts. So of an agent
/// that this process has not heard, only what was signed later than both is taken, and no recorded heartbeat is.
/// </summary>
internal sealed class HeartbeatSequences(GroupCommitWriter writer, TimeProvider time) : IHostedService
{
    /// <summary>Written down that much at once.</summary>
    private static readonly TimeSpan s_ahead = TimeSpan.FromSeconds(30);

    /// <summary>By the agent's key: enrolled again, it counts anew. Agents are enrolled by the admin, and there are <see cref="AgentStore.MaxAgents"/> at most.</summary>
    private readonly ConcurrentDictionary<string, Last> _last = new(StringComparer.Ordinal);
    private DateTimeOffset _startedAt = time.GetUtcNow();

    /// <summary>Before anything is listened to.</summary>
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
                // An agent's very first heartbeat is written down at once: where none is, there was none.
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
        var written = await writer.WriteAsync(connection => connection.Execute(AgentSql.SignedUntil, until.ToUnixTimeMilliseconds(), agent.AgentId));
        return written.Status == WriteStatus.Committed;
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Last(long Sequence, DateTimeOffset? SignedUntil);
}
