namespace Ccflux.Receiver.Identity.Devices;

/// <summary>Statements on devices and their keys.</summary>
internal static class DevicesSql
{
    /// <summary>One row: the device with the key, if any, and whether the user has any device at all.</summary>
    public const string Find = """
        SELECT (SELECT EXISTS (SELECT 1 FROM devices WHERE user_id = @UserId)) AS HasAny,
               d.device_ref AS DeviceRef, d.revoked_at AS RevokedAt, d.approved_at AS ApprovedAt
        FROM (SELECT 1) LEFT JOIN devices d ON d.user_id = @UserId AND d.public_key = @PublicKey
        """;

    /// <summary>Parameters: user, key.</summary>
    public const string SelectKey = "SELECT revoked_at IS NOT NULL FROM devices WHERE user_id = ? AND public_key = ?";

    /// <summary>Parameters: user, day.</summary>
    public const string CountToday = "SELECT devices FROM user_caps WHERE user_id = ? AND day = ?";

    /// <summary>Parameters: user, day.</summary>
    public const string AddToday = """
        INSERT INTO user_caps (user_id, day, sessions, models, devices) VALUES (?, ?, 0, 0, 1)
        ON CONFLICT (user_id, day) DO UPDATE SET devices = devices + 1
        """;

    /// <summary>Returns the device if its name was revoked before, otherwise 0. Parameters: user, key, name, now, approved at or null, user, name.</summary>
    public const string Insert = """
        INSERT INTO devices (user_id, public_key, name, registered_at, approved_at, reregistered)
        VALUES (?, ?, ?, ?, ?, EXISTS (SELECT 1 FROM devices WHERE user_id = ? AND name = ? AND revoked_at IS NOT NULL))
        RETURNING device_ref * reregistered
        """;

    /// <summary>Devices of a name that were registered again after being revoked and not revoked since. Parameters: user, name.</summary>
    public const string CountReturned = "SELECT count(*) FROM devices WHERE user_id = ? AND name = ? AND reregistered AND revoked_at IS NULL";

    /// <summary>Makes room for one more device: removes those unseen for longest, starting with those never approved. A revoked key stays, otherwise
    /// it could be registered again. Parameters: user, how many to keep.</summary>
    public const string DeleteSurplus = """
        DELETE FROM devices WHERE device_ref IN (
            SELECT device_ref FROM devices WHERE user_id = ? AND revoked_at IS NULL
            ORDER BY approved_at IS NOT NULL DESC, coalesce(last_seen_at, registered_at) DESC, device_ref DESC LIMIT -1 OFFSET ?)
        """;

    /// <summary>Parameters: now, device.</summary>
    public const string Revoke = "UPDATE devices SET revoked_at = ? WHERE device_ref = ? AND revoked_at IS NULL";

    /// <summary>Parameters: now, device.</summary>
    public const string Approve = "UPDATE devices SET approved_at = ? WHERE device_ref = ? AND approved_at IS NULL";

    /// <summary>Parameter: device.</summary>
    public const string Name = "SELECT u.email || ' ' || d.name FROM devices d JOIN users u ON u.user_id = d.user_id WHERE d.device_ref = ?";

    /// <summary>Parameter: @Id.</summary>
    public const string FindSubject = """
        SELECT d.name AS Name, u.email AS Email, d.registered_at AS RegisteredAt
        FROM devices d JOIN users u ON u.user_id = d.user_id WHERE d.device_ref = @Id
        """;
}
