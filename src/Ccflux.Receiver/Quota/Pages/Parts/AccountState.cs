using Ccflux.Receiver.Quota.Forecasts;
using Ccflux.Receiver.Quota.Read;
using Ccflux.Receiver.Shell.Components;

namespace Ccflux.Receiver.Quota.Pages.Parts;

/// <summary>The state of an account in a word, with the matching shape and colour.</summary>
internal sealed record AccountState(Tone Tone, string Text)
{
    /// <summary>The state as the table shows it: a failing poll takes precedence over the last reading.</summary>
    public static AccountState Shown(AccountView account) => account.Error is { } error ? Of(error) : Of(account);

    /// <summary>Sorts the worst first.</summary>
    public int Rank => Tone switch
    {
        Tone.Bad => 0,
        Tone.Warn => 1,
        Tone.None or Tone.Info => 2,
        Tone.Good => 3,
    };

    public static AccountState Of(AccountView account)
    {
        var open = account.Windows.Where(window => !window.IsOver).ToList();
        return account switch
        {
            { Windows.Count: 0, Error: not null } => new AccountState(Tone.Bad, "Not readable"),
            { Windows.Count: 0 } => new AccountState(Tone.None, "No reading yet"),
            { IsStale: true } => new AccountState(Tone.None, "Stale"),
            _ when open.Count == 0 => new AccountState(Tone.None, "Reset"),
            _ when open.Exists(window => window.Projection.Outlook is Outlook.Exhausted) => new AccountState(Tone.Bad, "Full"),
            { Level: QuotaLevel.Red } => new AccountState(Tone.Bad, "Near limit"),
            _ when open.Exists(window => window.Projection.Outlook is Outlook.RunsOut) => new AccountState(Tone.Warn, "Runs out"),
            { Level: QuotaLevel.Yellow } => new AccountState(Tone.Warn, "70 % or above"),
            _ => new AccountState(Tone.Good, "Below 70 %"),
        };
    }

    /// <summary>A failing poll in a line; the view says what to do about it.</summary>
    public static AccountState Of(PollErrorView error) => Enum.Parse<PollFailure>(error.Kind) switch
    {
        PollFailure.NoCredential => new AccountState(Tone.Bad, "No credential"),
        PollFailure.Rejected => new AccountState(Tone.Bad, "Signed out upstream"),
        PollFailure.Challenged => new AccountState(Tone.Bad, "Blocked by a browser challenge (403)"),
        PollFailure.Forbidden => new AccountState(Tone.Bad, "Not allowed to read this (403)"),
        PollFailure.RateLimited => new AccountState(Tone.Warn, "Asked to slow down (429)"),
        PollFailure.UpstreamFailed => new AccountState(Tone.Warn, "Upstream has a problem (5xx)"),
        PollFailure.TimedOut => new AccountState(Tone.Warn, "No answer in time"),
        PollFailure.Unreachable => new AccountState(Tone.Warn, "Not reachable"),
        PollFailure.UnknownOrganization => new AccountState(Tone.Bad, "No such organisation upstream"),
        PollFailure.ChangedFormat => new AccountState(Tone.Bad, "Answer not understood"),
    };
}
