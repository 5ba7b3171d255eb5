using Ccflux.Receiver.Identity.Users;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Identity.Devices;

/// <summary>The result of registering a device's key.</summary>
internal enum Registration
{
    Registered = 1,
    KnownAlready = 2,
    Revoked = 3,
    DailyCap = 4,
}

/// <summary>What decides whether a user may register a key.</summary>
/// <param name="Email">The user's e-mail address.</param>
/// <param name="IsRevoked">Whether the user's device with this key is revoked; null if there is none.</param>
/// <param name="RegisteredToday">Devices that the user has registered on this day (UTC).</param>
/// <param name="HadRevokedName">Whether a device of the user with this name is revoked.</param>
/// <param name="ReturnedNames">Devices of this name that were registered after such a revocation and not revoked since, without those that make room for this one.</param>
internal sealed record RegistrationFacts(string Email, bool? IsRevoked, long RegisteredToday, bool HadRevokedName, long ReturnedNames)
{
    /// <summary>Locks the user, whose devices are counted.</summary>
    public static RegistrationFacts Load(WriteSession session, long userId, string publicKey, string name, long day)
    {
        var email = session.Text(UsersSql.Lock, ("user", userId)) ?? "";
        return session.First(
            DevicesSql.SelectRegistration,
            rows => new RegistrationFacts(email, rows.Int64OrNull(0) is { } revoked ? revoked != 0 : null, rows.Int64(1), rows.Bool(2), rows.Int64(3)),
            ("user", userId),
            ("public_key", publicKey),
            ("name", name),
            ("day", day),
            ("keep", DeviceKeys.MaxDevices - 1))!;
    }
}

/// <summary>What registering a key changes. Only <see cref="Registration.Registered"/> adds a device.</summary>
/// <param name="Outcome">The result.</param>
/// <param name="ApprovedAt">When the device was approved; null if an admin must do that.</param>
/// <param name="IsReturned">Whether a device of this name was revoked before.</param>
/// <param name="Returned">The device for the audit log, if it is to be noted that it is registered again; null otherwise.</param>
internal sealed record RegistrationPlan(Registration Outcome, DateTimeOffset? ApprovedAt = null, bool IsReturned = false, string? Returned = null);

/// <summary>Decides whether a user may register a key. Pure.</summary>
internal static class DeviceRegistrationRule
{
    /// <param name="facts">What is stored about the user's devices.</param>
    /// <param name="name">The device's name.</param>
    /// <param name="options">The daily limit, and whether an admin approves devices.</param>
    /// <param name="now">The current time.</param>
    public static RegistrationPlan Decide(RegistrationFacts facts, string name, IdentityOptions options, DateTimeOffset now)
    {
        if (facts.IsRevoked is { } isRevoked)
        {
            return new RegistrationPlan(isRevoked ? Registration.Revoked : Registration.KnownAlready);
        }

        if (facts.RegisteredToday >= options.MaxDevicesPerDay)
        {
            return new RegistrationPlan(Registration.DailyCap);
        }

        // Noted once until it is revoked again, so that keys for one name cannot fill the log.
        var isNoted = facts is { HadRevokedName: true, ReturnedNames: 0 };
        return new RegistrationPlan(Registration.Registered, options.DeviceApproval ? null : now, facts.HadRevokedName, isNoted ? $"{facts.Email} {name}" : null);
    }
}
