using System.Text.Json;
using Ccflux.Contracts.Fleet;

namespace Ccflux.Hook.Agent.State;

/// <summary><c>journal.json</c>: what is about to be done to the login, written before any of it is done.</summary>
/// <param name="Command">The command that is carried out; 0 if the agent hands back a login of its own accord.</param>
/// <param name="Held">The login that is in place afterwards.</param>
/// <param name="Before">Fingerprint of the login before; null if there was none.</param>
internal sealed record SwapJournal(long Command, InstalledLogin Held, string? Before);

/// <summary><c>backup.json</c>: a login with a refresh token that was removed from the config directory. It is now the only copy on the machine, so it
/// stays until the receiver has it.</summary>
/// <param name="AccountId">The account that it belongs to, as far as this machine can tell; empty if unknown.</param>
/// <param name="IsGiven">Whether the fleet had installed it.</param>
/// <param name="Replaces">Fingerprint by which the receiver knows it, as far as this agent can tell.</param>
/// <param name="Login">The login, in the client's form.</param>
/// <param name="Sent">Fingerprints by which the receiver may know it instead.</param>
internal sealed record RemovedLogin(string AccountId, bool IsGiven, string Replaces, JsonElement Login, IReadOnlyList<string>? Sent = null)
{
    public override string ToString() => $"RemovedLogin {{ {CredentialFingerprint.Of(Login)} }}";
}
