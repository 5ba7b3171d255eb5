using Ccflux.Receiver.Fleet.Read;
using Ccflux.Receiver.Identity.Erasure;
using Ccflux.Receiver.Platform.Auth;
using Ccflux.Storage.Reading;
using Ccflux.Storage.Sql;

namespace Ccflux.Receiver.Composition;

/// <summary>Connects usage, identity and the fleet: finds the user of a live session, and takes the names of erased people out of the fleet.</summary>
internal static class FleetPorts
{
    public static void AddFleetPorts(this IServiceCollection services) =>
        services.AddSingleton<ISessionUsers, SessionUsers>().AddSingleton<IPersonalData, FleetData>();
}

/// <summary>Reads the users of reported sessions, and of devices by host name.</summary>
internal sealed class SessionUsers(ReadSessions readers, TimeProvider time) : ISessionUsers
{
    /// <summary>A session that was reported within this time is known by its id.</summary>
    private static readonly TimeSpan s_lately = TimeSpan.FromDays(1);

    private const int MaxSessions = 50_000;
    private const int MaxMachines = 10_000;

    public async Task<SessionOwners> ReadAsync(DataScope allowed, CancellationToken cancellationToken)
    {
        var since = (time.GetUtcNow() - s_lately).ToUnixTimeMilliseconds();
        using var session = await readers.OpenAsync(cancellationToken);
        var sessions = session.List(PortsSql.RecentSessions, Owner, ("since", since), ("limit", MaxSessions));
        var machines = session.List(PortsSql.MachinesOfOneUser, Owner, ("limit", MaxMachines));
        return new SessionOwners(
            ById(sessions, allowed),
            machines.Where(row => allowed.Contains(row.UserId, row.Division)).ToDictionary(row => row.Of, row => row.Email, StringComparer.OrdinalIgnoreCase));
    }

    /// <summary>From a row of <see cref="PortsSql.RecentSessions"/> or <see cref="PortsSql.MachinesOfOneUser"/>.</summary>
    private static (string Of, long UserId, string Email, string Division) Owner(Rows rows) => (rows.Text(0), rows.Int64(1), rows.Text(2), rows.Text(3));

    /// <summary>A session id of two users would be a forgery by one of them, so it belongs to nobody, also for a reader of one of them.</summary>
    private static Dictionary<string, string> ById(IEnumerable<(string Of, long UserId, string Email, string Division)> rows, DataScope allowed) => rows
        .GroupBy(row => row.Of, StringComparer.Ordinal)
        .Where(group => group.Count() == 1 && allowed.Contains(group.First().UserId, group.First().Division))
        .ToDictionary(group => group.Key, group => group.First().Email, StringComparer.Ordinal);
}
