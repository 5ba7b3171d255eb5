namespace Ccflux.Receiver.Fleet.Vault;

/// <summary>Names the steps of handling a login between which the process may be killed at any time. A test program listens, and kills itself at the step that it was
/// given; nothing else listens.</summary>
internal static class VaultFaultPoints
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

    /// <summary>Called with each step as it is reached. Set only in tests.</summary>
    public static Action<string>? Listener { get; set; }

    public static IReadOnlyList<string> All { get; } =
    [
        Refreshing, IntentWritten, IssuerAnswered, AnswerKept, RefreshSettled, CommandIssued, CommandDelivered, CommandSettled, CredentialProven, CredentialStored, KeyAdded, Reencrypted,
    ];

    public static void Point(string name) => Listener?.Invoke(name);
}
