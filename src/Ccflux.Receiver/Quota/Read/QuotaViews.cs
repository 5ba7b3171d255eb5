using Ccflux.Receiver.Quota.Forecasts;

namespace Ccflux.Receiver.Quota.Read;

/// <summary>How full: green below 70 percent, yellow from 70, red from 90.</summary>
public enum QuotaLevel
{
    Green = 1,
    Yellow = 2,
    Red = 3,
}

/// <summary>All accounts, the one that most needs attention first.</summary>
/// <param name="At">When it was read.</param>
/// <param name="Accounts">One card each; the table of all accounts has the same rows.</param>
public sealed record QuotaView(DateTimeOffset At, IReadOnlyList<AccountView> Accounts)
{
    /// <summary>The account that a URL without an account means: the one polled with cookies, otherwise the first.</summary>
    public AccountView? Primary =>
        Accounts.FirstOrDefault(account => string.Equals(account.Source, QuotaSource.ClaudeAi, StringComparison.Ordinal)) ?? (Accounts.Count > 0 ? Accounts[0] : null);
}

/// <summary>A card.</summary>
/// <param name="AccountId">Its id in the API.</param>
/// <param name="Name">E-mail address or label; where e-mail addresses may not be shown, the label or a number.</param>
/// <param name="Email">Null if unknown or not to be shown.</param>
/// <param name="Source">One of <see cref="QuotaSource"/>.</param>
/// <param name="Windows">Five hours first, then seven days, then the others by name.</param>
/// <param name="Level">Of the fullest window whose reset has not passed.</param>
/// <param name="ObservedAt">Time of the newest reading; null if there is none yet.</param>
/// <param name="IsStale">Whether the newest reading is older than polling or a working status line would leave it.</param>
/// <param name="Error">Why there is nothing newer.</param>
/// <param name="NextPollAt">Null if the account is not polled.</param>
public sealed record AccountView(
    QuotaAccountId AccountId,
    string Name,
    string? Email,
    string Source,
    IReadOnlyList<WindowView> Windows,
    QuotaLevel Level,
    DateTimeOffset? ObservedAt,
    bool IsStale,
    PollErrorView? Error,
    DateTimeOffset? NextPollAt);

/// <summary>A bar.</summary>
/// <param name="Name">As named by the source.</param>
/// <param name="UsedPercent">May exceed 100.</param>
/// <param name="Level">Its colour as a word.</param>
/// <param name="ResetsAt">Null if unknown.</param>
/// <param name="IsOver">Whether the reset has passed since: the figure is that of a window that has ended.</param>
/// <param name="ObservedAt">When the figure was observed.</param>
/// <param name="Source">Where it was observed.</param>
/// <param name="Pace">Used compared with elapsed.</param>
/// <param name="Projection">When it will be used up.</param>
/// <param name="Plan">An estimate of the window's size in tokens.</param>
public sealed record WindowView(
    string Name,
    double UsedPercent,
    QuotaLevel Level,
    DateTimeOffset? ResetsAt,
    bool IsOver,
    DateTimeOffset ObservedAt,
    string Source,
    Pace? Pace,
    Projection Projection,
    PlanEstimate? Plan);

/// <summary>A failing poll, with a text that says what to do.</summary>
public sealed record PollErrorView(string Kind, string Text, DateTimeOffset? Since, int Failures, DateTimeOffset? RetryAt);

/// <summary>The line of one window.</summary>
public sealed record HistorySeries(string Window, IReadOnlyList<HistoryPoint> Points);

public sealed record HistoryPoint(DateTimeOffset At, double UsedPercent);
