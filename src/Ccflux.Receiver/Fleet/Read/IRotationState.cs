using Ccflux.Receiver.Fleet.Control;
using Ccflux.Storage.Sqlite;
using Dapper;

namespace Ccflux.Receiver.Fleet.Read;

/// <summary>A port: how rotation stands.</summary>
internal interface IRotationState
{
    ValueTask<RotationStanding> NowAsync(CancellationToken cancellationToken);
}

/// <param name="Cooling">Accounts that reached their 5-hour ceiling and have not cooled since.</param>
internal sealed record RotationStanding(bool IsPaused, IReadOnlySet<long> Cooling);

/// <summary>What stands in the database, where no engine runs in this process.</summary>
internal sealed class StoredRotationState(SqliteReaders readers) : IRotationState
{
    public async ValueTask<RotationStanding> NowAsync(CancellationToken cancellationToken)
    {
        using var lease = await readers.RentAsync(cancellationToken);
        var settings = await lease.Connection.QueryAsync<(string Name, string Value)>(ControlSql.Settings);
        return new RotationStanding(settings.Any(setting => setting.Name is RotationControl.Paused), new HashSet<long>());
    }
}
