using Ccflux.Contracts.Usage;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Usage.Store;

/// <summary>Collects when each user and device last reported, and with which client. Writes the latest of a transaction at its end.</summary>
internal sealed class LastSeenAccumulator
{
    private readonly Dictionary<long, IncomingTurns> _users = [];
    private readonly Dictionary<long, long> _devices = [];

    public void Add(IncomingTurns incoming)
    {
        if (incoming.Client is not null)
        {
            _users[incoming.UserId] = incoming;
        }

        if (incoming.Client is not null && incoming.DeviceRef is { } device)
        {
            _devices[device] = incoming.ReceivedAt;
        }
    }

    public void Flush(WriteSession session)
    {
        foreach (var (user, incoming) in _users)
        {
            var client = incoming.Client!;
            session.Execute(
                FactsSql.StampUser,
                ("now", incoming.ReceivedAt), ("plugin_version", incoming.PluginVersion), ("claude_code_version", client.ClaudeCodeVersion),
                ("platform", client.Platform), ("user", user));
            if (incoming.SchemaVersion == LegacyReport.Version)
            {
                session.Execute(FactsSql.StampClaimedEmail, ("claimed_email", incoming.ClaimedEmail), ("user", user));
            }
        }

        foreach (var (device, at) in _devices)
        {
            session.Execute(FactsSql.StampDevice, ("now", at), ("device", device));
        }

        Clear();
    }

    public void Clear()
    {
        _users.Clear();
        _devices.Clear();
    }
}
