using Ccflux.Receiver.Fleet.Read;
using Ccflux.Receiver.Shell.Components;

namespace Ccflux.Receiver.Fleet.Pages.Parts;

/// <summary>Texts for accounts and their logins.</summary>
internal static class AccountText
{
    public static Tone Tone(AccountStatus status) => status switch
    {
        AccountStatus.Active or AccountStatus.Ready => Shell.Components.Tone.Good,
        AccountStatus.Cooling => Shell.Components.Tone.Warn,
        AccountStatus.Exhausted => Shell.Components.Tone.None,
        AccountStatus.Quarantined or AccountStatus.NeedsLogin or AccountStatus.Closed => Shell.Components.Tone.Bad,
    };

    public static string Word(AccountStatus status) => status switch
    {
        AccountStatus.Active => "Active",
        AccountStatus.Ready => "Ready",
        AccountStatus.Cooling => "Cooling",
        AccountStatus.Exhausted => "Exhausted until the reset",
        AccountStatus.Quarantined => "Quarantined",
        AccountStatus.NeedsLogin => "Needs login",
        AccountStatus.Closed => "Closed",
    };

    public static Tone Tone(LoginStatus login) => login switch
    {
        LoginStatus.Ok => Shell.Components.Tone.Good,
        LoginStatus.Expiring => Shell.Components.Tone.Warn,
        LoginStatus.Refreshing => Shell.Components.Tone.Info,
        LoginStatus.ExpiredExhausted => Shell.Components.Tone.None,
        LoginStatus.NeedsLogin or LoginStatus.CannotBeOpened => Shell.Components.Tone.Bad,
    };

    /// <summary>The text next to the fingerprint; empty for a healthy login.</summary>
    public static string Word(LoginStatus login) => login switch
    {
        LoginStatus.Ok => "",
        LoginStatus.Expiring => "expiring",
        LoginStatus.Refreshing => "refreshing",
        LoginStatus.ExpiredExhausted => "expired (7d exhausted)",
        LoginStatus.NeedsLogin => "needs login",
        LoginStatus.CannotBeOpened => "cannot be opened",
    };

    /// <summary>Twelve digits are easier to read in two halves: <c>a91c4f·07be31</c>.</summary>
    public static string Fingerprint(string fingerprint) => fingerprint.Length == 12 ? $"{fingerprint[..6]}·{fingerprint[6..]}" : fingerprint;

    public static string Sessions(int count) => count == 1 ? "1 session" : string.Create(CultureInfo.InvariantCulture, $"{count} sessions");
}
