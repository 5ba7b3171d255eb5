namespace Ccflux.Contracts.Http;

/// <summary>Values of the answer header <see cref="Header"/>: identify a refusal, for programs. Each has one status.</summary>
public static class ErrorCodes
{
    public const string Header = "X-CCFLUX-Error";

    // Codes of ccflux 0.1.
    public const string SignatureRequired = "signature-required";
    public const string TimestampMissing = "timestamp-missing";
    public const string TimestampStale = "timestamp-stale";
    public const string SignatureInvalid = "signature-invalid";
    public const string KeyNotRegistered = "key-not-registered";
    public const string KeyRevoked = "key-revoked";

    // Added since.
    public const string KeyPending = "key-pending";            // the admin must approve the device first
    public const string TokenInvalid = "token-invalid";        // missing, unknown, revoked or expired
    public const string InvalidPayload = "invalid-payload";
    public const string FutureTurns = "future-turns";          // a turn is in the future; the answer's Date states the server's time
    public const string TooLarge = "too-large";
    public const string RateLimited = "rate-limited";
    public const string DailyCap = "daily-cap";                // too many sessions, models or devices of this user today
    public const string BackfillCap = "backfill-cap";          // too much history of this user today; live reports are not affected
    public const string Busy = "busy";                         // the queue or the disk is full

    // Codes of the fleet.
    public const string CodeInvalid = "code-invalid";                    // the enrolment code is unknown, used or too old
    public const string AgentUnknown = "agent-unknown";                  // no such agent, or another key signed
    public const string AgentRevoked = "agent-revoked";                  // the admin revoked it; only a new code helps
    public const string Replayed = "replayed";                           // this heartbeat's sequence is not above the last one's
    public const string AccountNotGranted = "account-not-granted";       // this agent is not allowed to use the account
    public const string CredentialSuperseded = "credential-superseded";  // it replaces a login that is not the receiver's newest
    public const string CredentialRefused = "credential-refused";        // it cannot be opened, or belongs to another account
    public const string CredentialDead = "credential-dead";              // its issuer rejects its access token, so its owner cannot be verified
    public const string CredentialUnproven = "credential-unproven";      // its issuer could not be reached; return it again later

    /// <summary>The HTTP status of answers with a code.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such code.</exception>
    public static int StatusOf(string code) => code switch
    {
        InvalidPayload or FutureTurns => 400,
        TokenInvalid => 401,
        SignatureRequired or TimestampMissing or TimestampStale or SignatureInvalid or KeyNotRegistered or KeyRevoked or KeyPending => 403,
        CodeInvalid or AgentUnknown or AgentRevoked or AccountNotGranted or CredentialRefused or CredentialDead => 403,
        Replayed or CredentialSuperseded => 409,
        TooLarge => 413,
        RateLimited or DailyCap or BackfillCap => 429,
        Busy or CredentialUnproven => 503,
        _ => throw new ArgumentOutOfRangeException(nameof(code), code, "There is no such code."),
    };
}
