using Ccflux.Contracts.Fleet;
using Ccflux.Contracts.Http;

namespace Ccflux.Receiver.Platform.Http;

/// <summary>
/// The catalogue of refusals: every sentence that the receiver refuses a request with, by code. <see cref="ErrorCodes.StatusOf"/> has the status of each code, and
/// docs/troubleshooting.md says what to do about it. What is wrong with a field is not in here: rules say that, and <see cref="Invalid"/> carries it.
/// A slice whose sentences nobody else uses may keep its part of the catalogue itself, in a class of the same kind.
/// </summary>
internal static partial class Refusals
{
    internal static readonly TimeSpan Soon = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_later = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_muchLater = TimeSpan.FromMinutes(1);

    /// <summary>A change could not be written: nothing was changed, and it helps to try again.</summary>
    public static Refusal StorageBusy { get; } = Of(ErrorCodes.Busy, "The database is not accepting writes right now.", Soon);

    public static Refusal VaultBusy { get; } = Of(ErrorCodes.Busy, "The database is not accepting writes right now, or the vault cannot be opened.", Soon);

    public static Refusal LiveConnectionsFull { get; } = Of(ErrorCodes.Busy, "Too many pages are open for live updates (LIVE_CONNECTIONS).", s_muchLater);

    public static Refusal CloudflareKeysMissing { get; } =
        Of(ErrorCodes.Busy, "The keys of Cloudflare Access cannot be fetched right now, so access is denied.", s_muchLater);

    public static Refusal ReadTooSlow { get; } =
        Of(ErrorCodes.Busy, "This read took longer than READ_TIMEOUT_SECONDS allows. Choose a shorter period or a narrower filter, or try again later.", s_later);

    public static Refusal DatabaseUnreadable { get; } = Of(ErrorCodes.Busy, "The database cannot be read right now. See the receiver's log for details.", Soon);

    public static Refusal ReadersBusy { get; } = Of(ErrorCodes.Busy, "Too many other requests are being processed. Try again in a moment.", Soon);

    public static Refusal CallerBusy { get; } =
        Of(ErrorCodes.RateLimited, "Earlier requests from this IP address are still being processed. Wait for them to finish.", Soon);

    // Tokens.
    public static Refusal RefreshTokenMissing { get; } = Of(ErrorCodes.TokenInvalid, "Send the refresh token as \"Authorization: Bearer …\".");

    public static Refusal RefreshTokenInvalid { get; } =
        Of(ErrorCodes.TokenInvalid, "The refresh token is unknown, revoked or expired. Ask your admin for a new one.");

    public static Refusal AccessTokenInvalid { get; } =
        Of(ErrorCodes.TokenInvalid, "The access token is missing, unknown, revoked or expired. Get a new one from POST /token.");

    public static Refusal TelemetryTokenInvalid { get; } =
        Of(ErrorCodes.TokenInvalid, "The telemetry token is missing, unknown or revoked. Set OTEL_EXPORTER_OTLP_HEADERS to \"Authorization=Bearer <token>\".");

    public static Refusal TelemetryNotSetUp { get; } =
        Of(ErrorCodes.TokenInvalid, "Telemetry is not set up here: the admin issues telemetry tokens, or sets OTLP_TOKEN.");

    public static Refusal MetricsTokenInvalid { get; } = Of(ErrorCodes.TokenInvalid, "Send Authorization: Bearer with METRICS_TOKEN.");

    public static Refusal MetricsTokenUnset { get; } = Of(
        ErrorCodes.TokenInvalid, "Without METRICS_TOKEN, metrics are available from this machine only. Set it, and send it as Authorization: Bearer.");

    public static Refusal NotSignedIn { get; } =
        Of(ErrorCodes.TokenInvalid, "Sign in at /admin/login, or send Authorization: Bearer with the admin or viewer token.");

    public static Refusal AdminTokenInvalid { get; } = Of(ErrorCodes.TokenInvalid, "Invalid token.");

    // Signatures and devices.
    public static Refusal SignatureRequired { get; } =
        Of(ErrorCodes.SignatureRequired, $"Sign the request: {SignatureHeader.Name} and {SignatureHeader.TimestampName}.");

    public static Refusal TimestampMissing { get; } = Of(ErrorCodes.TimestampMissing, $"{SignatureHeader.TimestampName} is missing or not an RFC 3339 time.");

    public static Refusal TimestampStale { get; } = Of(
        ErrorCodes.TimestampStale, $"{SignatureHeader.TimestampName} differs from the server's time, stated in the Date header, by more than 5 minutes.");

    public static Refusal SignatureInvalid { get; } = Of(ErrorCodes.SignatureInvalid, "The signature does not match the body, the timestamp and the key.");

    public static Refusal KeyNotRegistered { get; } =
        Of(ErrorCodes.KeyNotRegistered, "This key is not registered for the token's user. Register it with POST /register-key.");

    public static Refusal KeyRevoked { get; } = Of(ErrorCodes.KeyRevoked, "An admin revoked this device's key.");

    public static Refusal KeyPending { get; } = Of(ErrorCodes.KeyPending, "This device is waiting for an admin's approval.");

    public static Refusal KeyRevokedForReadings { get; } = Of(ErrorCodes.KeyRevoked, "This device's key was revoked by the admin.");

    public static Refusal KeyPendingForReadings { get; } = Of(ErrorCodes.KeyPending, "This device is waiting for the admin's approval.");

    // Bodies.
    public static Refusal BodyNotDecompressed { get; } = Invalid("The body cannot be decompressed: only gzip is supported.");

    public static Refusal BodyTooLarge { get; } = Of(ErrorCodes.TooLarge, "The body is larger than BODY_LIMIT_KB allows.");

    /// <summary>What is wrong with a body or a query, as a rule states it.</summary>
    public static Refusal Invalid(string detail) => Of(ErrorCodes.InvalidPayload, detail);

    public static Refusal FutureTurns(string detail) => Of(ErrorCodes.FutureTurns, detail);

    public static Refusal RegistrationTooLarge(int kib) => Of(ErrorCodes.TooLarge, $"A body is limited to {kib} KiB.");

    public static Refusal ReadingsTooLarge(int kib) => Of(ErrorCodes.TooLarge, $"A body may be at most {kib} KiB, as sent and decompressed.");

    public static Refusal AgentBodyTooLarge(int kib) => Of(ErrorCodes.TooLarge, $"The body may be at most {kib} KiB.");

    // Daily limits.
    public static Refusal DevicesToday(TimeSpan wait) =>
        Of(ErrorCodes.DailyCap, "Daily device registration limit reached (MAX_DEVICES_PER_DAY). Try again tomorrow (UTC).", wait);

    public static Refusal RecordsToday(int cap, TimeSpan wait) =>
        Of(ErrorCodes.DailyCap, $"Daily limit reached: {cap} records (OTLP_RECORDS_PER_DAY). Records are accepted again tomorrow (UTC).", wait);

    // The fleet.
    public static Refusal EnrolmentCodeUnknown { get; } = Of(ErrorCodes.CodeInvalid, "The code is unknown, used or expired. Ask the admin for a new one.");

    public static Refusal EnrolmentCodeOfAnother { get; } = Of(ErrorCodes.CodeInvalid, "The code is for another machine. Ask the admin for a new one.");

    public static Refusal EnrolmentCodeUsed { get; } = Of(ErrorCodes.CodeInvalid, "The code has been used. Ask the admin for a new one.");

    public static Refusal AgentIdMissing { get; } = Of(ErrorCodes.AgentUnknown, $"{AgentHeader.Name} is missing.");

    public static Refusal AgentUnknown { get; } = Of(ErrorCodes.AgentUnknown, "No agent with this id uses this key. Enrol it with a code from the admin.");

    public static Refusal AgentRevoked { get; } = Of(ErrorCodes.AgentRevoked, "This agent was revoked. Enrol it again with a new code.");

    public static Refusal HeartbeatBeforeStart { get; } =
        Of(ErrorCodes.TimestampStale, "This heartbeat was signed before the receiver started. Send a new one.");

    public static Refusal HeartbeatReplayed { get; } = Of(ErrorCodes.Replayed, "This heartbeat, or a newer one, was already accepted.");

    public static Refusal AccountNotGranted { get; } = Of(ErrorCodes.AccountNotGranted, "This account is not granted to this agent.");

    public static Refusal LoginRefused { get; } = Of(ErrorCodes.CredentialRefused, "The login cannot be opened, or belongs to another account.");

    public static Refusal LoginDead { get; } = Of(ErrorCodes.CredentialDead, "The issuer rejects this access token: it has expired, or was renewed since.");

    public static Refusal LoginSuperseded { get; } =
        Of(ErrorCodes.CredentialSuperseded, "The login that this one replaces is not the newest that the receiver has.");

    public static Refusal LoginUnproven { get; } = Of(ErrorCodes.CredentialUnproven, "The issuer could not be reached to verify the owner. Retry.", s_later);

    public static Refusal AgentsFull(int max) => Of(
        ErrorCodes.CodeInvalid, $"The receiver has {max} agents, including revoked ones, and accepts no more. An existing agent can be enrolled again.");

    /// <summary>For the catalogue only.</summary>
    internal static Refusal Of(string code, string detail, TimeSpan? retryAfter = null) => new(ErrorCodes.StatusOf(code), code, detail, retryAfter);
}
