using Ccflux.Contracts.Http;
using Ccflux.Receiver.Platform.Auth.Signing;
using Ccflux.Receiver.Platform.Http.Ingest;

namespace Ccflux.Receiver.Identity.Devices;

/// <summary>A device's key and name, as it registers them.</summary>
/// <param name="PublicKey">32 bytes in base64, in the one form that is stored.</param>
/// <param name="Name">Its host name.</param>
internal sealed record DeviceRegistration(string PublicKey, string Name)
{
    private const string Form = "The body must be {\"public_key\":\"…\",\"device_id\":\"…\"}.";

    public static readonly BodyParser<DeviceRegistration> Parser = Parse;

    private static readonly BodyParser<RegisterKeyRequest> s_body = JsonBody.Parser(
        AuthJson.Default.RegisterKeyRequest, request => request is { PublicKey: not null, DeviceId: not null } ? null : Form, Form);

    private static DeviceRegistration? Parse(ReadOnlySpan<byte> content, out string fault)
    {
        if (s_body(content, out fault) is not { } request)
        {
            return null;
        }

        Span<byte> bytes = stackalloc byte[RegisterKeyRequest.MaxPublicKey];
        if (request.PublicKey.Length > RegisterKeyRequest.MaxPublicKey
            || !Convert.TryFromBase64String(request.PublicKey, bytes, out var length)
            || length != SignatureHeader.PublicKeyBytes)
        {
            fault = "public_key: an Ed25519 public key, 32 bytes in base64.";
            return null;
        }

        if (SmallOrderKeys.Contains(bytes[..length]))
        {
            fault = "public_key: a point of small order is not a valid key, because it has no secret key.";
            return null;
        }

        var name = request.DeviceId.Trim();
        if (name.Length is 0 or > RegisterKeyRequest.MaxDeviceId || name.Any(char.IsControl))
        {
            fault = $"device_id: 1 to {RegisterKeyRequest.MaxDeviceId} characters on one line.";
            return null;
        }

        return new DeviceRegistration(Convert.ToBase64String(bytes[..length]), name);
    }
}
