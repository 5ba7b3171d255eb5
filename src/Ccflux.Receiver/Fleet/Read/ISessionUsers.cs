namespace Ccflux.Receiver.Fleet.Read;

/// <summary>Whose sessions are. Agents do not say it: what does is in the tables of usage.</summary>
internal interface ISessionUsers
{
    Task<SessionOwners> ReadAsync(CancellationToken cancellationToken);
}

/// <summary>E-mails of users, by the sessions they worked in lately and by machines that are one user's alone.</summary>
internal sealed record SessionOwners(IReadOnlyDictionary<string, string> BySession, IReadOnlyDictionary<string, string> ByMachine)
{
    public static SessionOwners Nobody { get; } = new(new Dictionary<string, string>(StringComparer.Ordinal), new Dictionary<string, string>(StringComparer.Ordinal));

    /// <summary>A session that was reported tells best; before its first turn has ended, the machine does.</summary>
    public string? Of(string session, string machine) =>
        BySession.TryGetValue(session, out var user) || ByMachine.TryGetValue(machine, out user) ? user : null;
}
