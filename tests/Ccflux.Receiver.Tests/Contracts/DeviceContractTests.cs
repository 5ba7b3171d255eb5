using Ccflux.Receiver.Identity;
using Ccflux.Receiver.Identity.Devices;
using Ccflux.Receiver.Identity.Pages;
using Ccflux.Receiver.Identity.Users;
using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Platform.Auth.Admin;

namespace Ccflux.Receiver.Tests.Contracts;

/// <summary>What the store of devices promises.</summary>
[Collection<ContractTests>]
public sealed class DeviceContractTests
{
    [Theory, EachDatabase]
    public async Task Register_NewKey_StoresTheDeviceOfThatUser(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var (amara, ben) = (await database.UserAsync("amara@example.org"), await database.UserAsync("ben@example.org"));

        Assert.Equal(Registration.Registered, (await database.Store<DeviceKeys>().RegisterAsync(amara, "key", "Zoës Mac")).Value);

        Assert.Equal(
            [(amara, "key", "Zoës Mac", database.Now, (long?)null, (long?)database.Now, (long?)null, 0L)],
            await database.ListAsync(
                "SELECT user_id, public_key, name, registered_at, last_seen_at, approved_at, revoked_at, reregistered FROM devices",
                rows => (rows.Int64(0), rows.Text(1), rows.Text(2), rows.Int64(3), rows.Int64OrNull(4), rows.Int64OrNull(5), rows.Int64OrNull(6), rows.Int64(7))));
        var device = await database.ScalarAsync("SELECT device_ref FROM devices");
        Assert.Equal(new DeviceFinding(device, DeviceState.Active, UserHasKeys: true), await FindAsync(database, amara, "key"));
        Assert.Equal(new DeviceFinding(null, DeviceState.Unknown, UserHasKeys: true), await FindAsync(database, amara, "KEY"));
        Assert.Equal(new DeviceFinding(null, DeviceState.Unknown, UserHasKeys: true), await FindAsync(database, amara, ""));
        Assert.Equal(new DeviceFinding(null, DeviceState.Unknown, UserHasKeys: false), await FindAsync(database, ben, "key"));
    }

    [Theory, EachDatabase]
    public async Task Register_TheSameKeyAgain_ChangesNothing_ExceptForAnotherUser(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var (amara, ben) = (await database.UserAsync("amara@example.org"), await database.UserAsync("ben@example.org"));
        var keys = database.Store<DeviceKeys>();

        await keys.RegisterAsync(amara, "key", "one");
        Assert.Equal(Registration.KnownAlready, (await keys.RegisterAsync(amara, "key", "two")).Value);
        Assert.Equal(Registration.Registered, (await keys.RegisterAsync(ben, "key", "three")).Value);

        Assert.Equal([(amara, "one"), (ben, "three")], await database.ListAsync("SELECT user_id, name FROM devices ORDER BY device_ref", rows => (rows.Int64(0), rows.Text(1))));
    }

    [Theory, EachDatabase]
    public async Task Revoke_ADevice_RefusesItsKeyForGood(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var amara = await database.UserAsync("amara@example.org");
        var keys = database.Store<DeviceKeys>();
        var device = await database.DeviceAsync(amara, "laptop", 1, key: "key");

        var revoked = await keys.RevokeAsync(Given.Admin, device);
        database.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(AccountFault.UnknownDevice, (await keys.RevokeAsync(Given.Admin, device)).Fault);
        Assert.Equal(AccountFault.UnknownDevice, (await keys.RevokeAsync(Given.Admin, device + 1)).Fault);

        Assert.Equal("amara@example.org laptop", revoked.Target);
        Assert.Equal(database.Now - 60_000, await database.ScalarAsync("SELECT revoked_at FROM devices"));
        Assert.Equal(Registration.Revoked, (await keys.RegisterAsync(amara, "key", "laptop")).Value);
        Assert.Equal(new DeviceFinding(device, DeviceState.Revoked, UserHasKeys: true), await FindAsync(database, amara, "key"));
        Assert.Equal([("device.revoke", "amara@example.org laptop")], await AuditAsync(database));
    }

    [Theory, EachDatabase]
    public async Task Approve_AWaitingDevice_AcceptsItOnce(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var amara = await database.UserAsync("amara@example.org");
        var keys = database.Make<DeviceKeys>(new IdentityOptions { DeviceApproval = true });
        await keys.RegisterAsync(amara, "key", "laptop");
        var device = (await database.ScalarAsync("SELECT device_ref FROM devices"))!.Value;
        Assert.Equal(DeviceState.Pending, (await FindAsync(database, amara, "key")).State);

        Assert.True((await keys.ApproveAsync(Given.Admin, device)).IsOk);
        Assert.False((await keys.ApproveAsync(Given.Admin, device)).IsOk);

        Assert.Equal(DeviceState.Active, (await FindAsync(database, amara, "key")).State);
        Assert.Equal([("device.approve", "amara@example.org laptop")], await AuditAsync(database));
    }

    [Theory, EachDatabase]
    public async Task Register_BeyondADaysLimit_IsRefusedUntilTheNextDay(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var amara = await database.UserAsync("amara@example.org");
        var keys = database.Make<DeviceKeys>(new IdentityOptions { MaxDevicesPerDay = 2 });

        Assert.Equal(
            [Registration.Registered, Registration.Registered, Registration.DailyCap],
            [(await keys.RegisterAsync(amara, "1", "a")).Value, (await keys.RegisterAsync(amara, "2", "b")).Value, (await keys.RegisterAsync(amara, "3", "c")).Value]);
        Assert.Equal(
            [("daily-cap", database.Now)],
            await database.ListAsync("SELECT last_refusal, last_refusal_at FROM users", rows => (rows.Text(0), rows.Int64(1))));

        database.Time.Advance(TimeSpan.FromHours(12));
        Assert.Equal(Registration.Registered, (await keys.RegisterAsync(amara, "3", "c")).Value);
        Assert.Equal(
            [(20_777L, 2L), (20_778L, 1L)],
            await database.ListAsync("SELECT day, devices FROM user_caps ORDER BY day", rows => (rows.Int64(0), rows.Int64(1))));
    }

    [Theory, EachDatabase]
    public async Task Register_ANameThatWasRevoked_IsMarked_AndInTheAuditLogOnceUntilItIsRevokedAgain(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var (amara, ben) = (await database.UserAsync("amara@example.org"), await database.UserAsync("ben@example.org"));
        var keys = database.Store<DeviceKeys>();
        await database.DeviceAsync(amara, "laptop", 1, revokedAt: 2);

        await keys.RegisterAsync(ben, "b", "laptop");
        await keys.RegisterAsync(amara, "1", "Laptop");
        await keys.RegisterAsync(amara, "2", "laptop");
        await keys.RegisterAsync(amara, "3", "laptop");

        Assert.Equal(
            [("1", 0L), ("2", 1L), ("3", 1L), ("b", 0L)],
            await database.ListAsync("SELECT public_key, reregistered FROM devices WHERE revoked_at IS NULL ORDER BY public_key", rows => (rows.Text(0), rows.Int64(1))));
        Assert.Equal([("device.register-again", "amara@example.org laptop")], await AuditAsync(database));

        await database.ExecuteAsync("UPDATE devices SET revoked_at = 3 WHERE revoked_at IS NULL");
        await keys.RegisterAsync(amara, "4", "laptop");
        Assert.Equal(2, (await AuditAsync(database)).Count());
    }

    [Theory, EachDatabase]
    public async Task DeleteSurplus_DeletesTheNeverApproved_ThenThoseUnseenForLongest(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var (amara, ben) = (await database.UserAsync("amara@example.org"), await database.UserAsync("ben@example.org"));
        await database.DeviceAsync(amara, "seen long ago", 900, lastSeenAt: 100);
        await database.DeviceAsync(amara, "never seen", 200);
        await database.DeviceAsync(amara, "seen", 50, lastSeenAt: 300);
        await database.DeviceAsync(amara, "seen at the same time", 60, lastSeenAt: 300);
        await database.DeviceAsync(amara, "waiting", 999, approvedAt: null);
        await database.DeviceAsync(amara, "revoked", 1, revokedAt: 2);
        await database.DeviceAsync(ben, "of another user", 1);

        Assert.Equal(4, await database.ExecuteAsync(DevicesSql.DeleteSurplus, ("user", amara), ("keep", 1)));

        Assert.Equal(["of another user", "revoked", "seen at the same time"], await database.ListAsync("SELECT name FROM devices ORDER BY name", rows => rows.Text(0)));
    }

    [Theory, EachDatabase]
    public async Task FindDevice_ReturnsItsNameAndUser(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var device = await database.DeviceAsync(await database.UserAsync("amara@example.org"), "laptop", 77);
        var subjects = database.Store<ChangeSubjects>();

        var found = await subjects.FindDeviceAsync(device, DataScope.Everybody, ContractTests.Token);

        Assert.Equal(("laptop", "amara@example.org", 77), (found?.Name, found?.Email, found?.RegisteredAt));
        Assert.Null(await subjects.FindDeviceAsync(device + 1, DataScope.Everybody, ContractTests.Token));
    }

    private static ValueTask<DeviceFinding> FindAsync(TestDatabase database, long user, string key) =>
        database.Make<DeviceDirectory>().FindAsync(user, key, ContractTests.Token);

    private static async Task<IEnumerable<(string, string)>> AuditAsync(TestDatabase database) =>
        (await database.Store<AuditLog>().ReadAsync(10, long.MaxValue, ContractTests.Token)).Select(line => (line.Action, line.Target));
}
