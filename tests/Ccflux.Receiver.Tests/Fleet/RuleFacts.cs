using System.Text;
using System.Text.Json.Nodes;
using Ccflux.Contracts.Fleet;
using Ccflux.Receiver.Fleet.Agents;
using Ccflux.Receiver.Fleet.Vault;

namespace Ccflux.Receiver.Tests.Fleet;

/// <summary>Accounts, logins and commands for tests of the fleet's rules. Nothing here is in a database.</summary>
internal static class RuleFacts
{
    public const string Agent = "agent-1";
    public const string OtherAgent = "agent-2";
    public const string Organization = "organisation";

    public static readonly DateTimeOffset Now = new(2026, 11, 23, 9, 0, 0, TimeSpan.Zero);

    /// <summary>A login whose tokens have the name in them.</summary>
    /// <param name="name">Different for each login.</param>
    /// <param name="refreshable">With a refresh token.</param>
    /// <param name="lifetime">From <see cref="Now"/> on; null if the login does not state when it expires.</param>
    public static Login LoginOf(string name, bool refreshable = true, TimeSpan? lifetime = null)
    {
        var json = new JsonObject { ["accessToken"] = "access-" + name, ["refreshToken"] = refreshable ? "refresh-" + name : "" };
        if (lifetime is { } life)
        {
            json["expiresAt"] = (Now + life).ToUnixTimeMilliseconds();
        }

        return Login.Parse(Encoding.UTF8.GetBytes(json.ToJsonString()), out _)!;
    }

    public static Login Fresh(string name = "1", bool refreshable = true) => LoginOf(name, refreshable, TimeSpan.FromHours(8));

    public static StoredAccount Account(
        string holder = Holder.Vault, string? holderAgent = null, Login? login = null, string? fault = null, string? organization = Organization, long id = 1)
    {
        login ??= Fresh();
        var key = organization is null ? "person" : "person:" + organization;
        return new StoredAccount(new FleetAccountId(id), key, "person", organization, $"seat {id}", login.Fingerprint, holder, holderAgent, fault, 0, 1, Now.AddHours(-1), login);
    }

    public static OpenCommand Command(
        long id = 1, bool whole = true, bool isHeld = true, bool isDelivered = false, Login? login = null, TimeSpan? age = null, string? replaces = null,
        string? signature = "signed")
    {
        var issued = Now - (age ?? TimeSpan.Zero);
        var fingerprint = (login ?? Fresh()).Fingerprint;
        return new OpenCommand(
            id, Agent, new FleetAccountId(1), SealedCommand.Swap, whole, isHeld, fingerprint, replaces, "sealed", isDelivered, issued, issued + AgentCommandQueue.Lifetime, signature);
    }

    public static Heartbeat Heartbeat(string? applied = null, long[]? confirmed = null, params RefusedCommand[] refused) => new()
    {
        Sequence = 1,
        Agent = new AgentInfo { Version = "1.0.0", Platform = "linux-x86_64", Login = LoginPlace.File },
        Applied = applied,
        Confirmed = confirmed ?? [],
        Refused = refused,
        Sessions = [],
    };

    public static ReturnedLogin Returned(string replaces, bool handedBack = false) =>
        new() { AccountIdHint = "person", Replaces = replaces, HandedBack = handedBack, Sealed = "sealed" };
}
