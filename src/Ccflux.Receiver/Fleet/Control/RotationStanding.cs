using Ccflux.Storage.Sqlite;
using Dapper;

namespace Ccflux.Receiver.Fleet.Control;

/// <summary>How rotation stands.</summary>
/// <param name="Cooling">Accounts that reached their 5-hour ceiling and have not cooled since.</param>
internal sealed record RotationStanding(bool IsPaused, IReadOnlySet<long> Cooling);

/// <summary>Reads the <see cref="RotationStanding"/>.</summary>
internal sealed class RotationStandingQuery(SqliteReaders readers)
{
    public async ValueTask<RotationStanding> ReadAsync(CancellationToken cancellationToken)
    {
        using var lease = await readers.RentAsync(cancellationToken);
        var settings = await lease.Connection.QueryAsync<(string Name, string Value)>(new CommandDefinition(ControlSql.Settings, cancellationToken: cancellationToken));
        return new RotationStanding(settings.Any(setting => setting.Name is RotationControl.Paused), new HashSet<long>());
    }
}
