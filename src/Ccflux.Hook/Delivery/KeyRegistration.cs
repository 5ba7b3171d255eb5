using System.Text;
using System.Text.Json;
using Ccflux.Contracts.Http;
using Ccflux.Hook.Spool;

namespace Ccflux.Hook.Delivery;

/// <summary>Registers this machine's key with the receiver, once; <c>key_registered</c> contains the registered key.</summary>
internal sealed class KeyRegistration(StateDirectory state, SignedRequest post, StateLog log)
{
    private bool IsDone => AtomicFile.Read(state.KeyRegistered) is { } known && Encoding.ASCII.GetString(known).Trim() is var text
        && string.Equals(text, post.Key.PublicBase64, StringComparison.Ordinal);

    public async Task<(ResponseAction Action, ReceiverResponse? Answer)> EnsureAsync(CancellationToken cancellationToken)
    {
        if (IsDone)
        {
            return (ResponseAction.Done, null);
        }

        var request = new RegisterKeyRequest { PublicKey = post.Key.PublicBase64, DeviceId = DeviceName() };
        var body = JsonSerializer.SerializeToUtf8Bytes(request, AuthJson.Default.RegisterKeyRequest);
        var (action, answer) = await post.SendAsync(Routes.RegisterKey, () => body, cancellationToken).ConfigureAwait(false);
        if (action != ResponseAction.Done && answer.Status != 409)
        {
            // The registration failed, not the reports.
            return (action is ResponseAction.GoSilent or ResponseAction.NewToken ? action : ResponseAction.Wait, answer);
        }

        AtomicFile.Write(state.KeyRegistered, Encoding.ASCII.GetBytes(post.Key.PublicBase64));
        log.Activity("key: registered this device");
        Fault.Point(Fault.KeyRegistered);
        return (ResponseAction.Done, null);
    }

    public void Forget() => File.Delete(state.KeyRegistered);

    private static string DeviceName()
    {
        var name = Environment.MachineName;
        return name.Length <= RegisterKeyRequest.MaxDeviceId ? name : name[..RegisterKeyRequest.MaxDeviceId];
    }
}
