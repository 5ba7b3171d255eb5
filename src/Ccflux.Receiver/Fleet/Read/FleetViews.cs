namespace Ccflux.Receiver.Fleet.Read;

/// <summary>The last reading of an account's window.</summary>
/// <param name="Used">Percent. After the window's reset, the earlier value is not shown.</param>
/// <param name="IsOld">So old that rotation treats it as unknown.</param>
public sealed record WindowCell(string Name, double Used, DateTimeOffset? ResetsAt, DateTimeOffset ObservedAt, string Source, bool IsOld);

/// <summary>The state of an account, in one word.</summary>
public enum AccountStatus
{
    /// <summary>A live session uses it, and its week is not used up.</summary>
    Active = 1,

    Ready = 2,

    /// <summary>Its 5-hour window was at the ceiling and has not cooled.</summary>
    Cooling = 3,

    /// <summary>Its 7-day window is used up.</summary>
    Exhausted = 4,

    /// <summary>The issuer rejected its login permanently.</summary>
    Quarantined = 5,

    /// <summary>Only the operator can restore it.</summary>
    NeedsLogin = 6,

    /// <summary>The key ring is missing.</summary>
    Closed = 7,
}

/// <summary>The state of a login: the values of the token column.</summary>
public enum LoginStatus
{
    Ok = 1,
    Expiring = 2,
    Refreshing = 3,
    ExpiredExhausted = 4,
    NeedsLogin = 5,
    CannotBeOpened = 6,
}

/// <summary>An account of the vault.</summary>
/// <param name="Place">Position in the order of use, from 1; null if it cannot be used.</param>
/// <param name="IsMain">Most live sessions use it. True for at most one account.</param>
/// <param name="IsNext">Those sessions get it once the main account cannot be used. True for at most one account, which is never used up.</param>
/// <param name="Agents">The number of config dirs with its login.</param>
/// <param name="Sessions">The number of live sessions in them.</param>
/// <param name="Holder">Who may spend its refresh token, in words.</param>
/// <param name="Fingerprint">Of its login; never in an export.</param>
/// <param name="RefreshedBy">switcher, session or login.</param>
/// <param name="Note">What the operator should know about the login: a failed refresh, or its holder.</param>
public sealed record AccountRow(
    FleetAccountId Id,
    string Label,
    string Email,
    string Plan,
    int? Place,
    bool IsMain,
    bool IsNext,
    int Agents,
    int Sessions,
    WindowCell? SevenDay,
    WindowCell? FiveHour,
    IReadOnlyList<WindowCell> Scoped,
    LoginStatus Login,
    string Holder,
    string Fingerprint,
    DateTimeOffset RefreshedAt,
    string RefreshedBy,
    DateTimeOffset ExpiresAt,
    AccountStatus AccountStatus,
    string? Note,
    string? NextCharge,
    long? FiveHourCeiling,
    long? SevenDayCeiling);

/// <summary>An agent: one config dir of a machine.</summary>
/// <param name="State">Its current state.</param>
/// <param name="ConfigDir">Distinguishes its config dir from others: the first digits of the agent's id.</param>
/// <param name="KeyFingerprint">Of its keys, for comparison with what it printed.</param>
/// <param name="MustEnrolAgain">It accepts no command, because it does not know the key that they are signed with.</param>
/// <param name="Account">Label of the account in use there; null if there is none or it is not in the vault.</param>
/// <param name="Claimed">Label of an account that it reports to have without a grant; nothing relies on it.</param>
/// <param name="Pending">Label of the account whose login is on its way.</param>
/// <param name="Requested">Label of the manually requested account.</param>
/// <param name="Granted">Labels of the accounts that it may be given.</param>
public sealed record AgentRow(
    string Id,
    string Machine,
    string ConfigDir,
    string Platform,
    string Version,
    string KeyFingerprint,
    bool MustEnrolAgain,
    AgentConnection State,
    DateTimeOffset? LastSeenAt,
    string? Login,
    FleetAccountId? AccountId,
    string? Account,
    string? Claimed,
    string? Pending,
    string? Requested,
    int Sessions,
    DateTimeOffset? LastSwitchAt,
    IReadOnlyList<string> Granted);

/// <summary>Whether an agent is online.</summary>
public enum AgentConnection
{
    /// <summary>A heartbeat arrived within the last minute.</summary>
    Online = 1,

    /// <summary>No heartbeat for a while: there is no session, or the machine is off.</summary>
    Offline = 2,

    /// <summary>Enrolled, but no heartbeat yet.</summary>
    Never = 3,
    Revoked = 4,

    /// <summary>Offline, and a newer agent reports the same config dir.</summary>
    Replaced = 5,
}

/// <summary>A pin.</summary>
/// <param name="Scope">config_dir, machine or fleet.</param>
/// <param name="Where">What it applies to, in words.</param>
public sealed record PinView(string Scope, string Target, string Where, string Label, string Mode, DateTimeOffset CreatedAt, string CreatedBy);

/// <summary>A line of the event log.</summary>
/// <param name="Part">switches, tokens or agents.</param>
public sealed record LogLine(
    DateTimeOffset At, string Part, string Kind, string Outcome, string Detail, string Actor, string? Fingerprint, string From, string Label, string Machine);

/// <summary>A page of the event log.</summary>
public sealed record LogPage(string Part, int Page, bool HasMore, IReadOnlyList<LogLine> Lines);

/// <summary>What the page shows above the tables.</summary>
/// <param name="LastPollAt">When an account last answered; null: never.</param>
/// <param name="NextPollAt">When the next account is polled; null if none is.</param>
/// <param name="Failing">Accounts whose last poll failed.</param>
/// <param name="LastSwitch">Null: none yet.</param>
public sealed record FleetHead(DateTimeOffset? LastPollAt, DateTimeOffset? NextPollAt, int Failing, SwitchView? LastSwitch, bool IsPaused);

/// <summary>A login that was put in place.</summary>
/// <param name="By">Who requested it: the switcher, or a person.</param>
/// <param name="Reason">The switcher's reason, as spelled in events; empty if a person requested it.</param>
public sealed record SwitchView(DateTimeOffset At, string Account, string Machine, string By, string Reason);
