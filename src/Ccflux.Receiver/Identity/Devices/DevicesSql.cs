using Ccflux.Receiver.Platform.Auth;

namespace Ccflux.Receiver.Identity.Devices;

/// <summary>Statements on devices and their keys.</summary>
internal static class DevicesSql
{
    /// <summary>One row: the device with the key, if any, and whether the user has any device at all. Columns: that as 1 or 0, device, revoked at, approved at.</summary>
    public const string Find = """
        SELECT CASE WHEN EXISTS (SELECT 1 FROM devices WHERE user_id = @user) THEN 1 ELSE 0 END, d.device_ref, d.revoked_at, d.approved_at
        FROM (SELECT 1) AS x LEFT JOIN devices d ON d.user_id = @user AND d.public_key = @public_key
        """;

    /// <summary>One row. Columns: whether the device with the key is revoked (null if there is none); devices registered on the day; whether a device of the name is
    /// revoked; how many of the name that were registered after that and not revoked since stay if all but @keep make room.</summary>
    public const string SelectRegistration = """
        SELECT (SELECT CASE WHEN revoked_at IS NOT NULL THEN 1 ELSE 0 END FROM devices WHERE user_id = @user AND public_key = @public_key),
               coalesce((SELECT devices FROM user_caps WHERE user_id = @user AND day = @day), 0),
               CASE WHEN EXISTS (SELECT 1 FROM devices WHERE user_id = @user AND name = @name AND revoked_at IS NOT NULL) THEN 1 ELSE 0 END,
               (SELECT count(*) FROM (
                   SELECT name, reregistered FROM devices WHERE user_id = @user AND revoked_at IS NULL
                   ORDER BY (approved_at IS NOT NULL) DESC, coalesce(last_seen_at, registered_at) DESC, device_ref DESC LIMIT @keep) AS kept
                WHERE name = @name AND reregistered = 1)
        """;

    public const string AddToday = """
        INSERT INTO user_caps (user_id, day, devices) VALUES (@user, @day, 1)
        ON CONFLICT (user_id, day) DO UPDATE SET devices = user_caps.devices + 1
        """;

    public const string Insert = """
        INSERT INTO devices (user_id, public_key, name, registered_at, approved_at, reregistered)
        VALUES (@user, @public_key, @name, @now, @approved_at, @reregistered)
        """;

    /// <summary>Makes room for one more device: removes those unseen for longest, starting with those never approved. A revoked key stays, otherwise
    /// it could be registered again. SQLite has no OFFSET without LIMIT: the number stands for all.</summary>
    public const string DeleteSurplus = """
        DELETE FROM devices WHERE device_ref IN (
            SELECT device_ref FROM devices WHERE user_id = @user AND revoked_at IS NULL
            ORDER BY (approved_at IS NOT NULL) DESC, coalesce(last_seen_at, registered_at) DESC, device_ref DESC LIMIT 2147483647 OFFSET @keep)
        """;

    public const string Revoke = "UPDATE devices SET revoked_at = @now WHERE device_ref = @device AND revoked_at IS NULL";

    public const string Approve = "UPDATE devices SET approved_at = @now WHERE device_ref = @device AND approved_at IS NULL";

    public const string Name = "SELECT u.email || ' ' || d.name FROM devices d JOIN users u ON u.user_id = d.user_id WHERE d.device_ref = @device";

    /// <summary>Columns: name, e-mail address, registered at.</summary>
    public const string FindSubject = $"""
        SELECT d.name, u.email, d.registered_at
        FROM devices d JOIN users u ON u.user_id = d.user_id
        WHERE d.device_ref = @device AND {ScopeSql.OfUser}
        """;
}
