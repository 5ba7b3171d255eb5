using Ccflux.Receiver.Fleet.Rotation;
using Ccflux.Receiver.Fleet.Vault;

namespace Ccflux.Receiver.Fleet.Read;

/// <summary>Builds the rows of accounts in their order of use. The one that most sessions use comes first, the one that they get next comes second. Pure.</summary>
internal static class AccountRows
{
    private const string FiveHour = "five_hour";
    private const string SevenDay = "seven_day";

    public static IReadOnlyList<AccountRow> Of(
        IReadOnlyList<AccountFacts> accounts, ILookup<FleetAccountId, WindowRow> windows, IReadOnlyList<AgentRow> agents, IReadOnlyList<DecisionRow> decisions, IReadOnlySet<FleetAccountId> cooling, RotationSettings settings, DateTimeOffset now)
    {
        var states = accounts.Select(account => State(account, windows[account.AccountId], cooling, TokenRule.StateOf(account, now))).ToList();
        var order = AccountOrder.Of(new FleetState(settings, states, [], []), now).Select((id, index) => (id, index)).ToDictionary(pair => pair.id, pair => pair.index);
        var users = agents.Where(agent => agent is { State: not AgentConnection.Revoked, AccountId: not null }).ToLookup(agent => agent.AccountId!.Value);
        var rows = accounts.Zip(states)
            .Select(pair => Row(pair.First, pair.Second, windows[pair.First.AccountId], users[pair.First.AccountId].ToList(), settings, now))
            .OrderBy(row => IsUsable(row) ? 0 : 1)
            .ThenBy(row => order[row.Id])
            .ToList();
        var main = rows.Where(row => row.Sessions > 0).OrderByDescending(row => row.Sessions).ThenByDescending(row => row.Agents).FirstOrDefault();
        var next = Next(rows, main, decisions);
        var isMainFirst = main is { AccountStatus: AccountStatus.Active };
        return
        [
            .. rows.OrderBy(row => isMainFirst && row == main ? 0 : isMainFirst && row == next ? 1 : 2)
                .Select((row, index) => row with { Place = IsUsable(row) ? index + 1 : null, IsMain = row == main, IsNext = row == next }),
        ];
    }

    /// <summary>The account that most config dirs of the main account would get, if rotation has evaluated them; else the one that most others would get; else the first
    /// in the order that is ready.</summary>
    private static AccountRow? Next(List<AccountRow> rows, AccountRow? main, IReadOnlyList<DecisionRow> decisions)
    {
        var own = decisions.Where(row => main is not null && string.Equals(row.Account, main.Label, StringComparison.Ordinal)).ToList();
        var seen = own.Count > 0 ? own : decisions;
        if (seen.Count == 0)
        {
            return rows.Find(row => row != main && row.AccountStatus == AccountStatus.Ready);
        }

        var label = seen.Where(row => row.Next is not null).CountBy(row => row.Next!).OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key, StringComparer.Ordinal).FirstOrDefault().Key;
        return rows.Find(row => row != main && row.AccountStatus is (AccountStatus.Active or AccountStatus.Ready or AccountStatus.Cooling) && string.Equals(row.Label, label, StringComparison.Ordinal));
    }

    private static AccountState State(AccountFacts account, IEnumerable<WindowRow> windows, IReadOnlySet<FleetAccountId> cooling, TokenState login)
    {
        var all = windows.ToList();
        return new AccountState(account.AccountId, Window(all, FiveHour), Window(all, SevenDay))
        {
            FiveHourCeiling = account.FiveHourCeiling,
            SevenDayCeiling = account.SevenDayCeiling,
            Cooling = cooling.Contains(account.AccountId),
            Login = login switch
            {
                TokenState.Ok or TokenState.Expiring => LoginState.Usable,
                TokenState.Refreshing or TokenState.ExpiredExhausted => LoginState.Renewing,
                TokenState.NeedsLogin or TokenState.CannotBeOpened => LoginState.NeedsLogin,
            },
        };
    }

    private static AccountRow Row(AccountFacts account, AccountState state, IEnumerable<WindowRow> windows, List<AgentRow> agents, RotationSettings settings, DateTimeOffset now)
    {
        var token = TokenRule.StateOf(account, now);
        var cells = windows.Select(row => Cell(row, settings, now)).ToList();
        return new AccountRow(
            account.AccountId,
            account.Label,
            account.Email,
            account.Plan,
            null,
            false,
            false,
            agents.Count,
            agents.Sum(agent => agent.Sessions),
            cells.Find(cell => cell.Name is SevenDay),
            cells.Find(cell => cell.Name is FiveHour),
            [.. cells.Where(cell => cell.Name is not (SevenDay or FiveHour)).OrderBy(cell => cell.Name, StringComparer.Ordinal)],
            Word(token),
            HolderOf(account),
            account.Fingerprint,
            account.RefreshedAt,
            account.RefreshedBy,
            account.ExpiresAt,
            Stand(account, state, token, agents.Any(agent => agent.Sessions > 0), settings, now),
            Note(account, token),
            account.NextCharge,
            account.FiveHourCeiling,
            account.SevenDayCeiling);
    }

    private static AccountStatus Stand(AccountFacts account, AccountState state, TokenState token, bool isActive, RotationSettings settings, DateTimeOffset now)
    {
        if (token == TokenState.CannotBeOpened)
        {
            return AccountStatus.Closed;
        }

        if (token == TokenState.NeedsLogin)
        {
            return account.Fault is AccountFault.InvalidGrant ? AccountStatus.Quarantined : AccountStatus.NeedsLogin;
        }

        var five = AccountFitness.Used(state.FiveHour, now);
        return AccountFitness.Used(state.SevenDay, now) >= (state.SevenDayCeiling ?? settings.SevenDayCeiling) ? AccountStatus.Exhausted
            : isActive ? AccountStatus.Active
            : five >= (state.FiveHourCeiling ?? settings.FiveHourCeiling) || (state.Cooling && five > settings.FiveHourCool) ? AccountStatus.Cooling
            : AccountStatus.Ready;
    }

    private static bool IsUsable(AccountRow row) => row.AccountStatus is AccountStatus.Active or AccountStatus.Ready or AccountStatus.Cooling or AccountStatus.Exhausted;

    private static string HolderOf(AccountFacts account) => account.Holder switch
    {
        Holder.Vault => "the vault",
        Holder.Agent => $"the agent on {account.HolderMachine ?? "an unknown machine"}",
        _ => "a config dir without an agent",
    };

    private static string? Note(AccountFacts account, TokenState token) => (token, account.Fault) switch
    {
        (TokenState.CannotBeOpened, _) => "The key ring that encrypts it is missing (VAULT_KEY_PATH).",
        (_, AccountFault.InvalidGrant) => "The issuer rejected its refresh token: import a new login.",
        (_, AccountFault.OtherAccount) => "The issuer answered for another account: import a new login.",
        (_, not null) => "A refresh ended with an unknown outcome: import a new login.",
        (TokenState.NeedsLogin, _) when account.Holder is Holder.Agent => $"Held by the agent on {account.HolderMachine ?? "an unknown machine"}, which is offline, and expired: import a new login.",
        (TokenState.NeedsLogin, _) when account.Holder is Holder.Foreign => "Imported from a config dir that still uses it, and expired: import it again.",
        (TokenState.NeedsLogin, _) => "It has expired and cannot be renewed here: import a new login.",
        _ when account.Failures > 0 => string.Create(CultureInfo.InvariantCulture, $"{(account.Failures == 1 ? "The last attempt" : $"The last {account.Failures} attempts")} to renew it failed ({account.Failure}); nothing is lost."),
        _ => null,
    };

    private static WindowState? Window(List<WindowRow> windows, string name) => windows.Find(row => string.Equals(row.Name, name, StringComparison.Ordinal)) is { } row
        ? new WindowState(row.UsedMilli / 1000d, UnixTime.At(row.ResetsAt), UnixTime.At(row.ObservedAt))
        : null;

    private static WindowCell Cell(WindowRow row, RotationSettings settings, DateTimeOffset now)
    {
        var window = new WindowState(row.UsedMilli / 1000d, UnixTime.At(row.ResetsAt), UnixTime.At(row.ObservedAt));
        return new WindowCell(row.Name, AccountFitness.Used(window, now), window.IsOver(now) ? null : window.ResetsAt, window.ObservedAt, row.Source, window.IsStale(settings, now));
    }

    private static LoginStatus Word(TokenState state) => state switch
    {
        TokenState.Ok => LoginStatus.Ok,
        TokenState.Expiring => LoginStatus.Expiring,
        TokenState.Refreshing => LoginStatus.Refreshing,
        TokenState.ExpiredExhausted => LoginStatus.ExpiredExhausted,
        TokenState.NeedsLogin => LoginStatus.NeedsLogin,
        TokenState.CannotBeOpened => LoginStatus.CannotBeOpened,
    };
}
