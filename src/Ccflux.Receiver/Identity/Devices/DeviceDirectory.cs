using Ccflux.Receiver.Identity.Erasure;
using Ccflux.Storage.Reading;
using Ccflux.Storage.Sql;

namespace Ccflux.Receiver.Identity.Devices;

/// <summary>Whether a key may sign a user's reports.</summary>
internal enum DeviceState
{
    Unknown = 1,
    Pending = 2,
    Revoked = 3,
    Active = 4,
}

/// <summary>The user's device that has a given key.</summary>
/// <param name="DeviceRef">Null if the state is <see cref="DeviceState.Unknown"/>.</param>
/// <param name="State">What the key may do.</param>
/// <param name="UserHasKeys">True if the user has registered any key, even a revoked one: every report must then be signed.</param>
internal sealed record DeviceFinding(long? DeviceRef, DeviceState State, bool UserHasKeys);

/// <summary>Finds a user's devices by their keys.</summary>
internal sealed class DeviceDirectory(ReadSessions readers, TimeProvider time) : IAccessCache
{
    private readonly RecentCache<(long UserId, string PublicKey), DeviceFinding> _recent = new(time);

    /// <param name="userId">The user whose device it must be; another user's key is reported as unknown.</param>
    /// <param name="publicKey">The key in base64; if empty, only <see cref="DeviceFinding.UserHasKeys"/> is looked up.</param>
    /// <param name="cancellationToken">Cancels the wait for a reader.</param>
    public ValueTask<DeviceFinding> FindAsync(long userId, string publicKey, CancellationToken cancellationToken) =>
        _recent.TryGet((userId, publicKey), out var finding)
            ? ValueTask.FromResult(finding)
            : new ValueTask<DeviceFinding>(ReadAsync(userId, publicKey, cancellationToken));

    public void Forget() => _recent.Clear();

    private async Task<DeviceFinding> ReadAsync(long userId, string publicKey, CancellationToken cancellationToken)
    {
        var generation = _recent.Generation;
        using var session = await readers.OpenUrgentAsync(cancellationToken);
        var finding = session.First(DevicesSql.Find, Finding, ("user", userId), ("public_key", publicKey))!;
        _recent.Add((userId, publicKey), finding, generation);
        return finding;
    }

    private static DeviceFinding Finding(Rows rows)
    {
        var device = rows.Int64OrNull(1);
        var state = device is null ? DeviceState.Unknown
            : !rows.IsNull(2) ? DeviceState.Revoked
            : rows.IsNull(3) ? DeviceState.Pending
            : DeviceState.Active;
        return new DeviceFinding(device, state, rows.Bool(0));
    }
}
