namespace Ccflux.Hook.Spool;

/// <summary>Named places at which a test may kill the process as the kernel would: <c>CCFLUX_FAULT=queue-saved</c> or <c>queue-saved:3</c> for the
/// third time it gets there. Without the variable nothing happens; whoever can set it can kill the process anyway.</summary>
internal static class Fault
{
    public const string LockTaken = "lock-taken";
    public const string SpoolRead = "spool-read";
    public const string Scanned = "scanned";
    public const string QueueSaved = "queue-saved";
    public const string TokenCached = "token-cached";
    public const string KeyWritten = "key-written";
    public const string KeyRegistered = "key-registered";
    public const string Posting = "posting";
    public const string Acknowledged = "acknowledged";
    public const string Committed = "committed";
    public const string QueueTrimmed = "queue-trimmed";
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
    public const string LoginBrought = "login-brought";
    public const string RenewedBrought = "renewed-brought";
    public const string BeatAnswered = "beat-answered";

    private static readonly string[]? s_wanted = Environment.GetEnvironmentVariable("CCFLUX_FAULT")?.Split(':');
    private static int s_left = s_wanted is [_, var times] && int.TryParse(times, out var n) ? n : 1;

    public static IReadOnlyList<string> All { get; } =
    [
        LockTaken, SpoolRead, Scanned, QueueSaved, TokenCached, KeyWritten, KeyRegistered, Posting, Acknowledged, Committed, QueueTrimmed, SpoolEmptied, StoreNoted,
    ];

    /// <summary>Steps of a swap and of bringing a login back, in their order.</summary>
    public static IReadOnlyList<string> OfSwaps { get; } = [ClientLocked, SwapJournaled, LoginCopied, LoginReplaced, SwapNoted, LoginBrought, BeatAnswered];

    public static void Point(string name)
    {
        if (s_wanted is [var wanted, ..] && string.Equals(wanted, name, StringComparison.Ordinal) && --s_left == 0 && !OperatingSystem.IsWindows())
        {
            _ = Posix.Signal(Posix.ProcessId(), Posix.Kill);
            // The signal may take a moment to arrive, and nothing after this step may run.
            Thread.Sleep(Timeout.Infinite);
        }
    }
}
