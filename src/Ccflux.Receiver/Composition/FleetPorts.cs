using Ccflux.Receiver.Fleet.Read;
using Ccflux.Storage.Reading;

namespace Ccflux.Receiver.Composition;

/// <summary>Connects usage and the fleet: finds the user of a live session.</summary>
internal static class FleetPorts
{
    public static void AddFleetPorts(this IServiceCollection services) => services.AddSingleton<ISessionUsers, SessionUsers>();
}

/// <summary>Reads the users of reported sessions, and of devices by host name.</summary>
internal sealed class SessionUsers(ReadSessions readers, TimeProvider time) : ISessionUsers
{
    /// <summary>A session that was reported within this time is known by its id.</summary>
    private static readonly TimeSpan s_lately = TimeSpan.FromDays(1);

    private const int MaxSessions = 50_000;
    private const int MaxMachines = 10_000;

    public async Task<SessionOwners> ReadAsync(CancellationToken cancellationToken)
    {
        var since = (time.GetUtcNow() - s_lately).ToUnixTimeMilliseconds();
        using var session = await readers.OpenAsync(cancellationToken);
        var sessions = session.List(PortsSql.RecentSessions, static rows => (Session: rows.Text(0), Email: rows.Text(1)), ("since", since), ("limit", MaxSessions));
        var machines = session.List(PortsSql.MachinesOfOneUser, static rows => (Machine: rows.Text(0), Email: rows.Text(1)), ("limit", MaxMachines));
        return new SessionOwners(ById(sessions), machines.ToDictionary(row => row.Machine, row => row.Email, StringComparer.OrdinalIgnoreCase));
    }

    /// <summary>A session id of two users would be a forgery by one of them, so it belongs to nobody.</summary>
    private static Dictionary<string, string> ById(IEnumerable<(string Session, string Email)> rows) => rows
        .GroupBy(row => row.Session, StringComparer.Ordinal)
        .Where(group => group.Count() == 1)
        .ToDictionary(group => group.Key, group => group.First().Email, StringComparer.Ordinal);
}
