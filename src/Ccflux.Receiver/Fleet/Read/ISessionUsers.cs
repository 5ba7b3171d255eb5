using Ccflux.Receiver.Platform.Auth;

namespace Ccflux.Receiver.Fleet.Read;

/// <summary>Finds the users of sessions. Agents do not report them; the tables of usage do.</summary>
internal interface ISessionUsers
{
    /// <summary>Those within the data scope.</summary>
    Task<SessionOwners> ReadAsync(DataScope allowed, CancellationToken cancellationToken);
}

/// <summary>Users' e-mail addresses by their recent sessions, and by machines that only one user has.</summary>
internal sealed record SessionOwners(IReadOnlyDictionary<string, string> BySession, IReadOnlyDictionary<string, string> ByMachine)
{
    public static SessionOwners Nobody { get; } = new(new Dictionary<string, string>(StringComparer.Ordinal), new Dictionary<string, string>(StringComparer.Ordinal));

    /// <summary>A reported session is the best evidence; before its first turn has ended, the machine is.</summary>
    public string? Of(string session, string machine) =>
        BySession.TryGetValue(session, out var user) || ByMachine.TryGetValue(machine, out user) ? user : null;
}
