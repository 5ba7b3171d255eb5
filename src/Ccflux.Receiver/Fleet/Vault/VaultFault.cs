using System.Diagnostics;

namespace Ccflux.Receiver.Fleet.Vault;

/// <summary>Named places at which a test may kill the process as the kernel would: <c>CCFLUX_FAULT=intent-written</c> or <c>intent-written:3</c> for
/// the third time it gets there. Without the variable nothing happens; whoever can set it can kill the process anyway.</summary>
internal static class VaultFault
{
    public const string Refreshing = "refreshing";
    public const string IntentWritten = "intent-written";
    public const string IssuerAnswered = "issuer-answered";
    public const string AnswerKept = "answer-kept";
    public const string RefreshSettled = "refresh-settled";
    public const string CommandIssued = "command-issued";
    public const string CommandDelivered = "command-delivered";
    public const string CommandSettled = "command-settled";
    public const string CredentialProven = "credential-proven";
    public const string CredentialStored = "credential-stored";
    public const string KeyAdded = "key-added";
    public const string Reencrypted = "reencrypted";

    private static readonly string[]? s_wanted = Environment.GetEnvironmentVariable("CCFLUX_FAULT")?.Split(':');
    private static int s_left = s_wanted is [_, var times] && int.TryParse(times, NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? n : 1;

    public static IReadOnlyList<string> All { get; } =
    [
        Refreshing, IntentWritten, IssuerAnswered, AnswerKept, RefreshSettled, CommandIssued, CommandDelivered, CommandSettled, CredentialProven, CredentialStored, KeyAdded, Reencrypted,
    ];

    public static void Point(string name)
    {
        if (s_wanted is [var wanted, ..] && string.Equals(wanted, name, StringComparison.Ordinal) && Interlocked.Decrement(ref s_left) == 0)
        {
            using var self = Process.GetCurrentProcess();
            self.Kill();
            // The signal may take a moment to arrive, and nothing after this step may run.
            Thread.Sleep(Timeout.Infinite);
        }
    }
}
