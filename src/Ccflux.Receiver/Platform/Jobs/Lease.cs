using System.Security.Cryptography;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Platform.Jobs;

/// <summary>What came of asking for a lease.</summary>
internal enum LeaseAnswer
{
    /// <summary>Another process has it.</summary>
    Elsewhere = 1,

    /// <summary>It is this process's from now on. Others may have worked since it last was.</summary>
    Taken = 2,

    /// <summary>It still is this process's, and nobody else worked in between.</summary>
    Renewed = 3,
}

/// <summary>
/// Work that one of several processes on a database does: whoever holds its row. The row is taken and renewed by compare-and-swap, and is free once
/// its time has passed, so a process that dies is followed within the lease. Clocks of processes that share one are taken to agree within seconds.
/// </summary>
/// <param name="name">Of the work.</param>
/// <param name="length">How long a renewal lasts: more than two rounds of the work.</param>
internal sealed class Lease(string name, TimeSpan length, GroupCommitWriter writer, TimeProvider time)
{
    private readonly string _holder = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));
    private DateTimeOffset _until = DateTimeOffset.MinValue;

    /// <summary>Whether it is still held, as far as is known here. A round that takes long asks before each step that others would mind.</summary>
    public bool IsHeld => time.GetUtcNow() < _until;

    /// <summary>Takes or renews it, to be called at the start of each round.</summary>
    public async Task<LeaseAnswer> HoldAsync()
    {
        var now = time.GetUtcNow();
        var written = await writer.WriteAsync(connection =>
        {
            var answer = connection.Scalar(LeaseSql.IsOf, name, _holder) > 0 ? LeaseAnswer.Renewed : LeaseAnswer.Taken;
            return connection.Execute(LeaseSql.Take, name, _holder, (now + length).ToUnixTimeMilliseconds(), now.ToUnixTimeMilliseconds()) > 0 ? answer : LeaseAnswer.Elsewhere;
        });
        if (written.Status != WriteStatus.Committed)
        {
            return IsHeld ? LeaseAnswer.Renewed : LeaseAnswer.Elsewhere;
        }

        _until = written.Value == LeaseAnswer.Elsewhere ? DateTimeOffset.MinValue : now + length;
        return written.Value;
    }

    /// <summary>Lets another take it at once.</summary>
    public async Task ReleaseAsync()
    {
        _until = DateTimeOffset.MinValue;
        await writer.WriteAsync(connection => connection.Execute(LeaseSql.Release, name, _holder));
    }
}
