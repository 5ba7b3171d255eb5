namespace Ccflux.Hook.Spool;

/// <summary>Names the steps between which the program may be killed at any time. A test program listens, and kills itself at a given step; nothing else listens.</summary>
internal static class Fault
{
    public const string LockTaken = "lock-taken";
    public const string SpoolRead = "spool-read";
    public const string Scanned = "scanned";
    public const string OutboxSaved = "outbox-saved";
    public const string TokenCached = "token-cached";
    public const string KeyWritten = "key-written";
    public const string KeyRegistered = "key-registered";
    public const string Posting = "posting";
    public const string Acknowledged = "acknowledged";
    public const string Committed = "committed";
    public const string OutboxTrimmed = "outbox-trimmed";
    public const string SpoolEmptied = "spool-emptied";
    public const string StoreNoted = "store-noted";
    public const string ReadingsAcknowledged = "readings-acknowledged";

    // The agent's.
    public const string ClientLocked = "client-locked";
    public const string SwapJournaled = "swap-journaled";
    public const string LoginCopied = "login-copied";
    public const string LoginReplaced = "login-replaced";
    public const string SwapNoted = "swap-noted";
    public const string SwapUndone = "swap-undone";
    public const string LoginReturned = "login-returned";
    public const string RenewedReturned = "renewed-returned";
    public const string HeartbeatAnswered = "heartbeat-answered";

    /// <summary>Called with each step as it is reached; null except in tests.</summary>
    public static Action<string>? Listener { get; set; }

    public static IReadOnlyList<string> All { get; } =
    [
        LockTaken, SpoolRead, Scanned, OutboxSaved, Committed, TokenCached, KeyWritten, KeyRegistered, Posting, Acknowledged, OutboxTrimmed, SpoolEmptied, StoreNoted,
    ];

    /// <summary>Steps of a swap and of returning a login, in order.</summary>
    public static IReadOnlyList<string> OfSwaps { get; } = [ClientLocked, SwapJournaled, LoginCopied, LoginReplaced, SwapNoted, LoginReturned, HeartbeatAnswered];

    public static void Point(string name) => Listener?.Invoke(name);
}
