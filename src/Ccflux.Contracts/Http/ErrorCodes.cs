namespace Ccflux.Contracts.Http;

/// <summary>Values of the answer header <see cref="Header"/>: identify a refusal, for programs.</summary>
public static class ErrorCodes
{
    public const string Header = "X-CCFLUX-Error";

    // Codes of ccflux 0.1, with 403.
    public const string SignatureRequired = "signature-required";
    public const string TimestampMissing = "timestamp-missing";
    public const string TimestampStale = "timestamp-stale";
    public const string SignatureInvalid = "signature-invalid";
    public const string KeyNotRegistered = "key-not-registered";
    public const string KeyRevoked = "key-revoked";

    // Added since.
    public const string KeyPending = "key-pending";            // 403: the admin must approve the device first
    public const string TokenInvalid = "token-invalid";        // 401: missing, unknown, revoked or expired
    public const string InvalidPayload = "invalid-payload";    // 400
    public const string FutureTurns = "future-turns";          // 400: a turn is in the future; the answer's Date states the server's time
    public const string TooLarge = "too-large";                // 413
    public const string RateLimited = "rate-limited";          // 429
    public const string DailyCap = "daily-cap";                // 429: too many sessions, models or devices of this user today
    public const string Busy = "busy";                         // 503: the queue or the disk is full

    // Codes of the fleet.
    public const string CodeInvalid = "code-invalid";                    // 403: the enrolment code is unknown, used or too old
    public const string AgentUnknown = "agent-unknown";                  // 403: no such agent, or another key signed
    public const string AgentRevoked = "agent-revoked";                  // 403: the admin revoked it; only a new code helps
    public const string Replayed = "replayed";                           // 409: this heartbeat's sequence is not above the last one's
    public const string AccountNotGranted = "account-not-granted";       // 403: this agent is not allowed to use the account
    public const string CredentialSuperseded = "credential-superseded";  // 409: it replaces a login that is not the receiver's newest
    public const string CredentialRefused = "credential-refused";        // 403: it cannot be opened, or belongs to another account
    public const string CredentialDead = "credential-dead";              // 403: its issuer rejects its access token, so its owner cannot be verified
    public const string CredentialUnproven = "credential-unproven";      // 503: its issuer could not be reached; return it again later
}
