using Ccflux.Contracts.Usage;
using Ccflux.Storage.Sqlite;

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

    public void Flush(SqlConnection connection)
    {
        foreach (var (user, incoming) in _users)
        {
            var client = incoming.Client!;
            connection.Execute(FactsSql.StampUser, incoming.ReceivedAt, incoming.PluginVersion, client.ClaudeCodeVersion, client.Platform, user);
            if (incoming.SchemaVersion == LegacyReport.Version)
            {
                connection.Execute(FactsSql.StampClaimedEmail, incoming.ClaimedEmail, user, incoming.ClaimedEmail);
            }
        }

        foreach (var (device, at) in _devices)
        {
            connection.Execute(FactsSql.StampDevice, at, device);
        }

        Clear();
    }

    public void Clear()
    {
        _users.Clear();
        _devices.Clear();
    }
}
