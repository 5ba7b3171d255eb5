using Ccflux.Receiver.Fleet.Read;
using Ccflux.Receiver.Shell.Components;

namespace Ccflux.Receiver.Fleet.Pages;

/// <summary>Accounts and their logins in words.</summary>
internal static class AccountText
{
    public static Tone Tone(Standpoint standpoint) => standpoint switch
    {
        Standpoint.Active or Standpoint.Ready => Shell.Components.Tone.Good,
        Standpoint.Cooling => Shell.Components.Tone.Warn,
        Standpoint.Exhausted => Shell.Components.Tone.None,
        Standpoint.Quarantined or Standpoint.NeedsLogin or Standpoint.Closed => Shell.Components.Tone.Bad,
    };

    public static string Word(Standpoint standpoint) => standpoint switch
    {
        Standpoint.Active => "Active",
        Standpoint.Ready => "Ready",
        Standpoint.Cooling => "Cooling",
        Standpoint.Exhausted => "Exhausted until the reset",
        Standpoint.Quarantined => "Quarantined",
        Standpoint.NeedsLogin => "Needs login",
        Standpoint.Closed => "Closed",
    };

    public static Tone Tone(LoginWord login) => login switch
    {
        LoginWord.Ok => Shell.Components.Tone.Good,
        LoginWord.Expiring => Shell.Components.Tone.Warn,
        LoginWord.Refreshing => Shell.Components.Tone.Info,
        LoginWord.ExpiredExhausted => Shell.Components.Tone.None,
        LoginWord.NeedsLogin or LoginWord.CannotBeOpened => Shell.Components.Tone.Bad,
    };

    /// <summary>What stands beside the fingerprint; nothing for a healthy login.</summary>
    public static string Word(LoginWord login) => login switch
    {
        LoginWord.Ok => "",
        LoginWord.Expiring => "expiring",
        LoginWord.Refreshing => "refreshing",
        LoginWord.ExpiredExhausted => "expired (7d exhausted)",
        LoginWord.NeedsLogin => "needs login",
        LoginWord.CannotBeOpened => "cannot be opened",
    };

    /// <summary>Twelve digits in two halves read better: <c>a91c4f·07be31</c>.</summary>
    public static string Fingerprint(string fingerprint) => fingerprint.Length == 12 ? $"{fingerprint[..6]}·{fingerprint[6..]}" : fingerprint;

    public static string Sessions(int count) => count == 1 ? "1 session" : string.Create(CultureInfo.InvariantCulture, $"{count} sessions");
}
