using Ccflux.Contracts.Fleet;
using Ccflux.Receiver.Fleet.Read;
using Ccflux.Receiver.Shell.Pages;

namespace Ccflux.Receiver.Fleet.Pages;

/// <summary>The forms of the fleet page: their fields, and what they state will happen.</summary>
internal static class FleetForms
{
    /// <summary>The pasted login is never shown again: a form that failed asks for it again.</summary>
    public static FormDefinition Import(string label, bool vaultOnly) => new(
        "Add an account",
        ["Paste the login of an account that you own: the file .credentials.json of its config dir, or the claudeAiOauth object in it. It is encrypted at once and never shown again. To renew an account's login, import it again."],
        [
            new FormField("label", "Label", FieldKind.Text, label, "The account's name here.") { MaxLength = FleetLimits.MaxText },
            new FormField("credential", "Login", FieldKind.Area, "", "JSON, at most 16 KB.") { MaxLength = FleetLimits.MaxLogin },
            new FormField("vault_only", "This login was made for the vault alone", FieldKind.Check, vaultOnly ? "1" : "", "Then the receiver renews it. Leave this off if a client still uses the login: two holders would revoke each other."),
        ],
        "Import login");

    public static FormDefinition Edit(AccountRow account) => new(
        $"Change {account.Label}",
        [],
        [
            new FormField("label", "Label", FieldKind.Text, account.Label) { MaxLength = FleetLimits.MaxText },
            new FormField("email", "E-mail", FieldKind.Text, account.Email) { MaxLength = 254 },
            new FormField("plan", "Plan", FieldKind.Text, account.Plan) { MaxLength = FleetLimits.MaxText },
            new FormField("next_charge", "Next charge", FieldKind.Day, account.NextCharge ?? "", "For the table only."),
            new FormField("five_hour_ceiling", "5-hour ceiling in percent", FieldKind.Number, Text(account.FiveHourCeiling), "Leave empty to use the default.") { Min = 1, Max = 100 },
            new FormField("seven_day_ceiling", "7-day ceiling in percent", FieldKind.Number, Text(account.SevenDayCeiling), "Leave empty to use the default.") { Min = 1, Max = 100 },
        ],
        "Save account");

    public static FormDefinition Remove(AccountRow account) => new(
        $"Remove {account.Label} from the vault?",
        [$"Its login is deleted here. {(account.Agents > 0 ? "The config dirs that use it keep their copy until they get another login." : "No config dir uses it.")} Its quota history is kept."],
        [],
        "Remove account",
        IsDanger: true);

    public static FormDefinition Enrol(string machine) => new(
        "Enrol a machine",
        ["You get a code that enrols one new agent within an hour. The agent creates its own keys; until you grant it an account, it gets none. Existing agents are not affected."],
        [new FormField("machine", "Machine", FieldKind.Text, machine, "Its host name, as the machine itself reports it. It cannot be verified.") { MaxLength = FleetLimits.MaxMachine }],
        "Create code");

    public static FormDefinition EnrolAgain(AgentRow agent) => new(
        $"Enrol {agent.Machine} again?",
        [$"You get a code that gives agent {agent.Id} new keys within an hour. When it is used, the old keys and all grants end: grant the accounts again. For another config dir, or another machine, enrol a new agent instead."],
        [],
        "Create code");

    public static FormDefinition Grants(AgentRow agent, IReadOnlyList<AccountRow> accounts) => new(
        $"Which accounts may {agent.Machine} use?",
        [$"Its keys are {agent.KeyFingerprint}. Compare them with what the agent printed when it was enrolled: an interceptor may have enrolled instead.", "Their logins may be sealed to this agent. An account that you remove is no longer given to it; a login that is already there stays until the next switch."],
        [
            new FormField("account", "Accounts", FieldKind.Many, string.Join(' ', accounts.Where(account => agent.Granted.Contains(account.Label, StringComparer.Ordinal)).Select(account => account.Id.ToString())))
            {
                Options = Options(accounts),
            },
        ],
        "Save accounts");

    public static FormDefinition Switch(AgentRow agent, IReadOnlyList<AccountRow> accounts, string chosen, bool allowCopy) => new(
        $"Switch {agent.Machine} manually",
        ["The login is sealed to this agent, which puts it in place once no tool call is running there. While a session is active, rotation does so within seconds, and the account stays until it cannot be used or you release it."],
        [
            new FormField("account", "Account", FieldKind.Choice, chosen) { Options = Options(accounts.Where(account => agent.Granted.Contains(account.Label, StringComparer.Ordinal))) },
            new FormField("copy", "Give a copy if the login is held elsewhere", FieldKind.Check, allowCopy ? "1" : "", "Only if no session is active. A copy has no refresh token: it works until its access token expires."),
        ],
        "Switch account");

    public static FormDefinition Release(AgentRow agent) => new(
        $"Resume rotation for {agent.Machine}?",
        [$"{agent.Requested} was requested manually. Rotation will choose again within seconds."],
        [],
        "Release");

    public static FormDefinition Revoke(AgentRow agent) => new(
        $"Revoke the agent on {agent.Machine}?",
        ["It is refused from now on and gets no more logins. The login in its config dir stays there: an account whose full login it holds needs a new one."],
        [],
        "Revoke agent",
        IsDanger: true);

    public static FormDefinition Pin(IReadOnlyList<AccountRow> accounts, IReadOnlyList<AgentRow> agents, string account, string place, string mode) => new(
        "Pin an account",
        ["A config-dir pin takes precedence over a machine pin, which takes precedence over a fleet pin. A new pin replaces one for the same target."],
        [
            new FormField("account", "Account", FieldKind.Choice, account) { Options = Options(accounts) },
            new FormField("place", "For", FieldKind.Choice, place) { Options = Places(agents) },
            new FormField("mode", "Mode", FieldKind.Choice, mode) { Options = [new FormOption("soft", "soft: while it can be used"), new FormOption("strict", "strict: this account or none")] },
        ],
        "Pin account");

    public static FormDefinition Unpin(PinView pin) => new(
        $"Unpin {pin.Label}?",
        [$"It was pinned for {pin.Where}. Rotation will choose there again."],
        [new FormField("scope", "", FieldKind.Hidden, pin.Scope), new FormField("target", "", FieldKind.Hidden, pin.Target)],
        "Unpin account");

    public static FormDefinition Pause { get; } = new(
        "Pause rotation?",
        ["While paused, accounts are switched only manually. Polling, sessions and the renewal of logins continue."],
        [],
        "Pause rotation");

    public static FormDefinition Resume { get; } = new("Resume rotation?", ["It evaluates the fleet again within seconds."], [], "Resume rotation");

    /// <summary>What a pin can apply to: <c>fleet</c>, <c>machine NAME</c>, <c>config_dir AGENT</c>.</summary>
    private static List<FormOption> Places(IReadOnlyList<AgentRow> agents)
    {
        var live = agents.Where(agent => agent.State != AgentConnection.Revoked).ToList();
        return
        [
            new FormOption("fleet ", "the whole fleet"),
            .. live.Select(agent => agent.Machine).Distinct(StringComparer.Ordinal).Select(machine => new FormOption($"machine {machine}", $"every config dir on {machine}")),
            .. live.Select(agent => new FormOption($"config_dir {agent.Id}", $"config dir {agent.ConfigDir} on {agent.Machine}")),
        ];
    }

    private static List<FormOption> Options(IEnumerable<AccountRow> accounts) => [.. accounts.Select(account => new FormOption(account.Id.ToString(), account.Label))];

    private static string Text(long? value) => value?.ToString(CultureInfo.InvariantCulture) ?? "";
}
