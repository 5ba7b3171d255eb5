using Ccflux.Contracts.Http;
using Ccflux.Receiver.Identity.Erasure;
using Ccflux.Receiver.Identity.Users;
using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Platform.Auth.Admin;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Identity.Devices;

/// <summary>Registers, approves and revokes devices. A key belongs to each user who registers it, so two users of one machine do not interfere.</summary>
internal sealed class DeviceKeys(GroupCommitWriter writer, DeviceDirectory directory, IdentityOptions options, TimeProvider time)
{
    /// <summary>Devices kept per user. A container that starts without its config directory is a new device each time; of many such devices, those
    /// seen most recently are kept. A removed device that reports again is asked to register, which its client does automatically.</summary>
    public const int MaxDevices = 1000;

    public async Task<WriteResult<Registration>> RegisterAsync(long userId, string publicKey, string name)
    {
        var result = await writer.WriteAsync(session => Register(session, userId, publicKey, name));
        directory.Forget();
        return result;
    }

    /// <summary>Refuses the device's reports from now on; the user's token and other devices stay valid.</summary>
    public Task<UserChangeResult> RevokeAsync(Actor actor, long deviceRef) => ChangeAsync(actor, "device.revoke", DevicesSql.Revoke, deviceRef);

    public Task<UserChangeResult> ApproveAsync(Actor actor, long deviceRef) => ChangeAsync(actor, "device.approve", DevicesSql.Approve, deviceRef);

    private Registration Register(WriteSession session, long userId, string publicKey, string name)
    {
        if (Tombstones.IsErased(session, userId))
        {
            return Registration.Revoked;
        }

        var now = time.GetUtcNow();
        var day = UnixTime.DayOf(now);
        var facts = RegistrationFacts.Load(session, userId, publicKey, name, day);
        var plan = DeviceRegistrationRule.Decide(facts, name, options, now);
        if (plan.Outcome is Registration.DailyCap)
        {
            // Shown to the admin under "Needs attention".
            session.Execute(UsersSql.StampRefusal, ("code", ErrorCodes.DailyCap), ("now", now.ToUnixTimeMilliseconds()), ("user", userId));
        }
        else if (plan.Outcome is Registration.Registered)
        {
            session.Execute(DevicesSql.DeleteSurplus, ("user", userId), ("keep", MaxDevices - 1));
            session.Execute(DevicesSql.AddToday, ("user", userId), ("day", day));
            session.Execute(
                DevicesSql.Insert,
                ("user", userId),
                ("public_key", publicKey),
                ("name", name),
                ("now", now.ToUnixTimeMilliseconds()),
                ("approved_at", plan.ApprovedAt?.ToUnixTimeMilliseconds()),
                ("reregistered", plan.IsReturned));
            if (plan.Returned is { } device)
            {
                AuditLog.Write(session, new AuditEntry(now, Actor.System, "device.register-again", device, ""));
            }
        }

        return plan.Outcome;
    }

    private async Task<UserChangeResult> ChangeAsync(Actor actor, string action, string sql, long deviceRef)
    {
        var result = await writer.WriteAsync(session =>
        {
            var now = time.GetUtcNow();
            if (session.Execute(sql, ("now", now.ToUnixTimeMilliseconds()), ("device", deviceRef)) == 0)
            {
                return UserChangeResult.Refused(AccountFault.UnknownDevice);
            }

            var name = NameOf(session, deviceRef);
            AuditLog.Write(session, new AuditEntry(now, actor, action, name, ""));
            return UserChangeResult.Ok(name);
        });
        directory.Forget();
        return result.Or(UserChangeResult.Busy);
    }

    private static string NameOf(WriteSession session, long deviceRef) => session.Text(DevicesSql.Name, ("device", deviceRef)) ?? "";
}
