using System.Text.Json;

namespace Ccflux.Receiver.Quota.Sources;

/// <summary>
/// The details that an issuer sends with the status of an error; empty if nothing can be read:
/// <code>{"type":"error","error":{"type":"permission_error","message":"Invalid authorization","details":{"error_code":"account_session_invalid"}}}</code>
/// </summary>
internal sealed record UsageError(string Type, string Message, string Code)
{
    public static UsageError None { get; } = new("", "", "");

    public static UsageError Parse(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return Part(document.RootElement, "error") is not { } error ? None
                : new UsageError(Text(error, "type"), Text(error, "message"), Part(error, "details") is { } details ? Text(details, "error_code") : Text(error, "error_code"));
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return None;
        }
    }

    /// <summary>The failure that the status alone does not reveal; null if this adds nothing to the status.</summary>
    public PollFailure? Explains(int status, UsageAddress address) => status switch
    {
        403 when Code.StartsWith("account_session", StringComparison.Ordinal) || Code.StartsWith("session_", StringComparison.Ordinal) || Type is "authentication_error" => PollFailure.Rejected,
        // The id is malformed, or there is no organisation with that id.
        400 when address == UsageAddress.OfOrganization && Type is "invalid_request_error" => PollFailure.UnknownOrganization,
        404 when address == UsageAddress.OfOrganization => PollFailure.UnknownOrganization,
        _ => null,
    };

    private static JsonElement? Part(JsonElement holder, string name) =>
        holder.ValueKind == JsonValueKind.Object && holder.TryGetProperty(name, out var value) ? value : null;

    private static string Text(JsonElement holder, string name) => Part(holder, name) is { ValueKind: JsonValueKind.String } value ? value.GetString()! : "";
}
