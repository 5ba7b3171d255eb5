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
        ["Paste the login of an account that you own: the file .credentials.json of its config dir, or the claudeAiOauth in it. It is encrypted at once and never shown again. To renew an account's login, import it again."],
        [
            new FormField("label", "Label", FieldKind.Text, label, "What the account is called here.") { MaxLength = FleetLimits.MaxText },
            new FormField("credential", "Login", FieldKind.Area, "", "JSON, 16 KB at most.") { MaxLength = FleetLimits.MaxLogin },
            new FormField("vault_only", "This login was made for the vault alone", FieldKind.Check, vaultOnly ? "1" : "", "Then the receiver renews it. Leave it off where a client goes on using the login: two holders would revoke each other."),
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
            new FormField("five_hour_ceiling", "5-hour ceiling in percent", FieldKind.Number, Text(account.FiveHourCeiling), "Empty: as for all accounts.") { Min = 1, Max = 100 },
            new FormField("seven_day_ceiling", "7-day ceiling in percent", FieldKind.Number, Text(account.SevenDayCeiling), "Empty: as for all accounts.") { Min = 1, Max = 100 },
        ],
        "Save account");

    public static FormDefinition Remove(AccountRow account) => new(
        $"Remove {account.Label} from the vault?",
        [$"Its login is deleted here. {(account.Agents > 0 ? "The config dirs that use it keep their copy until they get another." : "No config dir uses it.")} What quota knows of it stays."],
        [],
        "Remove account",
        IsDanger: true);

    public static FormDefinition Enrol(string machine) => new(
        "Enrol a machine",
        ["You get a code that makes one new agent, within an hour. The agent makes its own keys; until you grant it an account, it is given none. An agent that is there is not touched by it."],
        [new FormField("machine", "Machine", FieldKind.Text, machine, "Its host name, as the machine itself says it. Nobody can verify that it is true.") { MaxLength = FleetLimits.MaxMachine }],
        "Make code");

    public static FormDefinition EnrolAgain(AgentRow agent) => new(
        $"Enrol {agent.Machine} again?",
        [$"You get a code that gives agent {agent.Id} new keys, within an hour. When it is used, the former keys end, and with them what is granted: grant it anew. For another config dir, or another machine, enrol a new agent instead."],
        [],
        "Make code");

    public static FormDefinition Grants(AgentRow agent, IReadOnlyList<AccountRow> accounts) => new(
        $"Which accounts may {agent.Machine} use?",
        [$"Its keys are {agent.KeyFingerprint}. Compare them with what the agent printed when it was enrolled: somebody in between may have enrolled themselves.", "Their logins may be sealed to this agent. One that you take away is not given any more; a login that stands there already stays until the next switch."],
        [
            new FormField("account", "Accounts", FieldKind.Many, string.Join(' ', accounts.Where(account => agent.Granted.Contains(account.Label, StringComparer.Ordinal)).Select(account => Text(account.Id))))
            {
                Options = Options(accounts),
            },
        ],
        "Save accounts");

    public static FormDefinition Switch(AgentRow agent, IReadOnlyList<AccountRow> accounts, string chosen, bool allowCopy) => new(
        $"Switch {agent.Machine} by hand",
        ["The login is sealed to this agent, which puts it in place once no tool call runs there. While a session lives, rotation does so within seconds, and the account stays until it cannot be used or you release it."],
        [
            new FormField("account", "Account", FieldKind.Choice, chosen) { Options = Options(accounts.Where(account => agent.Granted.Contains(account.Label, StringComparer.Ordinal))) },
            new FormField("copy", "Give a copy where the login is held elsewhere", FieldKind.Check, allowCopy ? "1" : "", "Where no session lives. A copy has no refresh token: it works until its access token expires."),
        ],
        "Switch account");

    public static FormDefinition Release(AgentRow agent) => new(
        $"Let rotation go on for {agent.Machine}?",
        [$"{agent.Requested} was asked for by hand. Rotation chooses again, within seconds."],
        [],
        "Release");

    public static FormDefinition Revoke(AgentRow agent) => new(
        $"Revoke the agent on {agent.Machine}?",
        ["It is refused from now on, and given no login any more. What stands in its config dir stays there: an account whose whole login it holds needs a new one."],
        [],
        "Revoke agent",
        IsDanger: true);

    public static FormDefinition Pin(IReadOnlyList<AccountRow> accounts, IReadOnlyList<AgentRow> agents, string account, string place, string mode) => new(
        "Pin an account",
        ["A pin of a config dir goes before one of its machine, and that before one of the fleet. It replaces a pin of the same place."],
        [
            new FormField("account", "Account", FieldKind.Choice, account) { Options = Options(accounts) },
            new FormField("place", "For", FieldKind.Choice, place) { Options = Places(agents) },
            new FormField("mode", "Mode", FieldKind.Choice, mode) { Options = [new FormOption("soft", "soft: while it can be used"), new FormOption("strict", "strict: this account or none")] },
        ],
        "Pin account");

    public static FormDefinition Unpin(PinView pin) => new(
        $"Unpin {pin.Label}?",
        [$"It was pinned for {pin.Where}. Rotation chooses there again."],
        [new FormField("scope", "", FieldKind.Hidden, pin.Scope), new FormField("target", "", FieldKind.Hidden, pin.Target)],
        "Unpin account");

    public static FormDefinition Pause { get; } = new(
        "Pause rotation?",
        ["No account is switched any more, whatever its windows say, but by hand. Polling, sessions and the renewing of logins go on."],
        [],
        "Pause rotation");

    public static FormDefinition Resume { get; } = new("Resume rotation?", ["It looks at the fleet again within seconds."], [], "Resume rotation");

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

    private static List<FormOption> Options(IEnumerable<AccountRow> accounts) => [.. accounts.Select(account => new FormOption(Text(account.Id), account.Label))];

    private static string Text(long? value) => value?.ToString(CultureInfo.InvariantCulture) ?? "";
}
