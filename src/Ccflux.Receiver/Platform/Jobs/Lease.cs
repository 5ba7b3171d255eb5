using System.Security.Cryptography;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Platform.Jobs;

/// <summary>The result of requesting a lease.</summary>
internal enum LeaseAnswer
{
    /// <summary>Another process has it.</summary>
    Elsewhere = 1,

    /// <summary>This process has acquired it. Others may have worked since it last had it.</summary>
    Taken = 2,

    /// <summary>This process still has it, and nobody else has worked in between.</summary>
    Renewed = 3,
}

/// <summary>
/// Ensures that only one of several processes on a database does some work: the one that holds the work's row. The row is acquired and renewed by
/// compare-and-swap, and is free once its time has passed, so a process that dies is replaced within the lease. The clocks of these processes are
/// assumed to agree within seconds.
/// </summary>
/// <param name="name">The name of the work.</param>
/// <param name="length">How long a renewal lasts: more than two rounds of the work.</param>
internal sealed class Lease(string name, TimeSpan length, GroupCommitWriter writer, TimeProvider time)
{
    private readonly string _holder = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));
    private DateTimeOffset _until = DateTimeOffset.MinValue;

    /// <summary>Whether it is still held, as far as this process knows. A long round checks this before each step that must not be done twice.</summary>
    public bool IsHeld => time.GetUtcNow() < _until;

    /// <summary>Acquires or renews the lease. Must be called at the start of each round.</summary>
    public async Task<LeaseAnswer> HoldAsync()
    {
        var now = time.GetUtcNow();
        var written = await writer.WriteAsync(session =>
        {
            var answer = session.Scalar(LeaseSql.IsOf, ("name", name), ("holder", _holder)) > 0 ? LeaseAnswer.Renewed : LeaseAnswer.Taken;
            var held = session.Execute(
                LeaseSql.Take, ("name", name), ("holder", _holder), ("until", (now + length).ToUnixTimeMilliseconds()), ("now", now.ToUnixTimeMilliseconds()));
            return held > 0 ? answer : LeaseAnswer.Elsewhere;
        });
        if (!written.TryGet(out var taken))
        {
            return IsHeld ? LeaseAnswer.Renewed : LeaseAnswer.Elsewhere;
        }

        _until = taken == LeaseAnswer.Elsewhere ? DateTimeOffset.MinValue : now + length;
        return taken;
    }

    /// <summary>Releases the lease, so that another process can acquire it at once.</summary>
    public async Task ReleaseAsync()
    {
        _until = DateTimeOffset.MinValue;
        await writer.WriteAsync(session => session.Execute(LeaseSql.Release, ("name", name), ("holder", _holder)));
    }
}
