using System.Text.Json;
using Ccflux.Contracts.Fleet;

namespace Ccflux.Hook.Agent.State;

/// <summary><c>journal.json</c>: what is being done to the login, written before anything of it is done.</summary>
/// <param name="Command">The command that it follows; 0 where the agent hands back a login by itself.</param>
/// <param name="Held">What stands there afterwards.</param>
/// <param name="Before">Fingerprint of the login before; null where there was none.</param>
internal sealed record SwapJournal(long Command, InstalledLogin Held, string? Before);

/// <summary><c>backup.json</c>: a login with a refresh token that was taken out of the config dir. It is the only one of its kind on the machine now, so it
/// stays until the receiver has it.</summary>
/// <param name="AccountId">Whose, as far as this machine can tell; empty where it cannot.</param>
/// <param name="IsGiven">Whether the fleet put it there.</param>
/// <param name="Replaces">Fingerprint that the receiver knows it by, as far as this agent can tell.</param>
/// <param name="Login">In the client's form.</param>
/// <param name="Sent">Fingerprints that the receiver may know it by instead.</param>
internal sealed record RemovedLogin(string AccountId, bool IsGiven, string Replaces, JsonElement Login, IReadOnlyList<string>? Sent = null)
{
    public override string ToString() => $"RemovedLogin {{ {CredentialFingerprint.Of(Login)} }}";
}
