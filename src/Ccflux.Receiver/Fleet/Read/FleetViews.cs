namespace Ccflux.Receiver.Fleet.Read;

/// <summary>A window of an account as it was read last.</summary>
/// <param name="Used">Percent; what it was before its reset where that has passed is not shown.</param>
/// <param name="IsOld">Read so long ago that rotation counts it as unknown.</param>
public sealed record WindowCell(string Name, double Used, DateTimeOffset? ResetsAt, DateTimeOffset ObservedAt, string Source, bool IsOld);

/// <summary>How an account stands, in one word.</summary>
public enum AccountStatus
{
    /// <summary>A live session uses it, and its week is not used up.</summary>
    Active = 1,

    Ready = 2,

    /// <summary>Its 5-hour window was at the ceiling and has not cooled.</summary>
    Cooling = 3,

    /// <summary>Its 7-day window is used up.</summary>
    Exhausted = 4,

    /// <summary>The issuer refused its login for good.</summary>
    Quarantined = 5,

    /// <summary>Only the operator can bring it back.</summary>
    NeedsLogin = 6,

    /// <summary>The key ring is not there.</summary>
    Closed = 7,
}

/// <summary>How a login stands: the states of the token column.</summary>
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
/// <param name="Place">In the order of use, from 1; null where it cannot be used.</param>
/// <param name="IsMain">Most live sessions use it. At most one account is that.</param>
/// <param name="IsNext">Those sessions get it once the main one cannot be used. At most one account is that, and it is not used up.</param>
/// <param name="Agents">Config dirs whose login it is.</param>
/// <param name="Sessions">Live sessions in them.</param>
/// <param name="Holder">Who may spend its refresh token, in words.</param>
/// <param name="Fingerprint">Of its login; never in an export.</param>
/// <param name="RefreshedBy">switcher, session or login.</param>
/// <param name="Note">What the operator should know of the login: a failed refresh, who holds it.</param>
public sealed record AccountRow(
    long Id,
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
/// <param name="State">What is known of it now.</param>
/// <param name="ConfigDir">How its config dir is told from others: the first digits of the agent's id.</param>
/// <param name="KeyFingerprint">Of its keys, to be compared with what it printed.</param>
/// <param name="MustEnrolAgain">It takes no command: it does not know the key that they are signed with.</param>
/// <param name="Account">Label of the account in use there; null where it is none of the vault's, or none.</param>
/// <param name="Claimed">Label of the account that it says stands there, without having been granted it; nothing goes by that.</param>
/// <param name="Pending">Label of the account whose login is on its way.</param>
/// <param name="Requested">Label of the account that was asked for by hand.</param>
/// <param name="Granted">Labels of the accounts it may be given.</param>
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
    long? AccountId,
    string? Account,
    string? Claimed,
    string? Pending,
    string? Requested,
    int Sessions,
    DateTimeOffset? LastSwitchAt,
    IReadOnlyList<string> Granted);

/// <summary>Whether an agent is heard.</summary>
public enum AgentConnection
{
    /// <summary>A heartbeat within the last seconds.</summary>
    Online = 1,

    /// <summary>None for a while: no session lives there, or the machine is away.</summary>
    Silent = 2,

    /// <summary>Enrolled and not heard yet.</summary>
    Never = 3,
    Revoked = 4,

    /// <summary>Not heard, and a newer agent says that it is of the same config dir.</summary>
    Replaced = 5,
}

/// <summary>A pin.</summary>
/// <param name="Scope">config_dir, machine or fleet.</param>
/// <param name="Where">What it holds for, in words.</param>
public sealed record PinView(string Scope, string Target, string Where, string Label, string Mode, DateTimeOffset CreatedAt, string CreatedBy);

/// <summary>A line of the event log.</summary>
/// <param name="Part">switches, tokens or agents.</param>
public sealed record LogLine(
    DateTimeOffset At, string Part, string Kind, string Outcome, string Detail, string Actor, string? Fingerprint, string From, string Label, string Machine);

/// <summary>A page of the event log.</summary>
public sealed record LogPage(string Part, int Page, bool HasMore, IReadOnlyList<LogLine> Lines);

/// <summary>What stands above the table.</summary>
/// <param name="LastPollAt">When an account last answered; null: never.</param>
/// <param name="NextPollAt">When the next is asked; null where nobody is.</param>
/// <param name="Failing">Accounts whose last poll failed.</param>
/// <param name="LastSwitch">Null: none yet.</param>
public sealed record FleetHead(DateTimeOffset? LastPollAt, DateTimeOffset? NextPollAt, int Failing, SwitchView? LastSwitch, bool IsPaused);

/// <summary>A login that came into place.</summary>
/// <param name="By">Who asked for it: the switcher, or a person.</param>
/// <param name="Reason">The switcher's, as events spell it; empty where a person asked.</param>
public sealed record SwitchView(DateTimeOffset At, string Account, string Machine, string By, string Reason);
