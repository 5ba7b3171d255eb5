using Ccflux.Contracts.Usage;
using Ccflux.Receiver.Identity.Erasure;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Usage.Ledger;

/// <summary>A report, as far as it tells of its sender.</summary>
/// <param name="UserId">Whose.</param>
/// <param name="DeviceRef">The device that signed.</param>
/// <param name="ReceivedAt">Epoch milliseconds.</param>
/// <param name="Client">What sent it.</param>
/// <param name="Claim">From ccflux 0.1 only.</param>
internal sealed record LastSeen(long UserId, long? DeviceRef, long ReceivedAt, ClientInfo Client, ClaimedAddress? Claim);

/// <summary>Collects when each user and device last reported, and with which client. Writes the latest of a transaction at its end.</summary>
internal sealed class LastSeenAccumulator
{
    private readonly Dictionary<long, LastSeen> _users = [];
    private readonly Dictionary<long, long> _devices = [];

    public void Add(LastSeen seen)
    {
        _users[seen.UserId] = seen;
        if (seen.DeviceRef is { } device)
        {
            _devices[device] = seen.ReceivedAt;
        }
    }

    public void Flush(WriteSession session)
    {
        foreach (var (user, seen) in _users)
        {
            session.Execute(
                LastSeenSql.StampUser,
                ("now", seen.ReceivedAt), ("plugin_version", seen.Client.Version), ("claude_code_version", seen.Client.ClaudeCodeVersion),
                ("platform", seen.Client.Platform), ("user", user));
            if (seen.Claim is { } claim)
            {
                session.Execute(LastSeenSql.StampClaimedEmail, ("claimed_email", Named(session, claim.Other)), ("user", user));
            }
        }

        foreach (var (device, at) in _devices)
        {
            session.Execute(LastSeenSql.StampDevice, ("now", at), ("device", device));
        }

        Clear();
    }

    /// <summary>Null in place of the address of somebody who was erased.</summary>
    private static string? Named(WriteSession session, string? claimed) =>
        claimed is not null && Tombstones.IsBlocked(session, MarkKind.Email, claimed.Trim().ToLowerInvariant()) ? null : claimed;

    public void Clear()
    {
        _users.Clear();
        _devices.Clear();
    }
}
