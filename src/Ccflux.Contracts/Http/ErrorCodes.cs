namespace Ccflux.Contracts.Http;

/// <summary>Values of the answer header <see cref="Header"/>: which refusal it was, for programs.</summary>
public static class ErrorCodes
{
    public const string Header = "X-CCFLUX-Error";

    // ccflux 0.1's codes, with 403.
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
    public const string FutureTurns = "future-turns";          // 400: a turn lies in the future; the answer's Date tells the server's time
    public const string TooLarge = "too-large";                // 413
    public const string RateLimited = "rate-limited";          // 429
    public const string DailyCap = "daily-cap";                // 429: too many sessions, models or devices of this user today
    public const string Busy = "busy";                         // 503: the queue is full, or the disk is

    // The fleet's.
    public const string CodeInvalid = "code-invalid";                    // 403: the enrolment code is unknown, used or too old
    public const string AgentUnknown = "agent-unknown";                  // 403: no such agent, or another key signed
    public const string AgentRevoked = "agent-revoked";                  // 403: the admin ended it; only a new code helps
    public const string Replayed = "replayed";                           // 409: this heartbeat's sequence is not above the last one's
    public const string AccountNotGranted = "account-not-granted";       // 403: not an account of this agent
    public const string CredentialSuperseded = "credential-superseded";  // 409: it replaces a login that is not the receiver's newest
    public const string CredentialRefused = "credential-refused";        // 403: it does not open, or is not of that account
    public const string CredentialDead = "credential-dead";              // 403: its issuer does not take its access token, so whose it is cannot be known
    public const string CredentialUnproven = "credential-unproven";      // 503: its issuer could not be asked; bring it again
}
