using Ccflux.Receiver.Platform.Http;

namespace Ccflux.Receiver.Identity.Devices;

/// <summary>The refusals of devices that may not sign.</summary>
internal static class DeviceRefusals
{
    /// <summary>Null if the device is active.</summary>
    public static Refusal? For(DeviceState state) => state switch
    {
        DeviceState.Active => null,
        DeviceState.Unknown => Refusals.KeyNotRegistered,
        DeviceState.Revoked => Refusals.KeyRevoked,
        DeviceState.Pending => Refusals.KeyPending,
    };
}
