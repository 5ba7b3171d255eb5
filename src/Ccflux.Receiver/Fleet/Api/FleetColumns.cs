using Ccflux.Receiver.Fleet.Monitors;
using Ccflux.Receiver.Fleet.Read;
using Ccflux.Receiver.Platform.Api;

namespace Ccflux.Receiver.Fleet.Api;

/// <summary>The columns of each table.</summary>
internal static class FleetColumns
{
    public static readonly ApiColumns<AccountRow> Accounts = new ApiColumns<AccountRow>()
        .Integer("place", row => row.Place)
        .Text("account", row => row.Label)
        .Text("email", row => row.Email)
        .Text("plan", row => row.Plan)
        .Flag("active", row => row.Sessions > 0)
        .Integer("sessions", row => row.Sessions)
        .Share("seven_day_percent", row => row.SevenDay?.Used)
        .Instant("seven_day_resets_utc", row => row.SevenDay?.ResetsAt)
        .Share("five_hour_percent", row => row.FiveHour?.Used)
        .Instant("five_hour_resets_utc", row => row.FiveHour?.ResetsAt)
        .Instant("observed_utc", row => row.SevenDay?.ObservedAt ?? row.FiveHour?.ObservedAt)
        .Text("status", row => ApiValue.Name(row.AccountStatus))
        .Text("token", row => ApiValue.Name(row.Login))
        .Text("fingerprint", row => row.Fingerprint)
        .Text("held_by", row => row.Holder)
        .Instant("refreshed_utc", row => row.RefreshedAt)
        .Text("refreshed_by", row => row.RefreshedBy)
        .Instant("expires_utc", row => row.ExpiresAt)
        .Text("note", row => row.Note)
        .Text("next_charge", row => row.NextCharge)
        .Integer("five_hour_ceiling", row => row.FiveHourCeiling)
        .Integer("seven_day_ceiling", row => row.SevenDayCeiling);

    public static readonly ApiColumns<AgentRow> Agents = new ApiColumns<AgentRow>()
        .Text("agent", row => row.Id)
        .Text("machine", row => row.Machine)
        .Text("config_dir", row => row.ConfigDir)
        .Text("platform", row => row.Platform)
        .Text("version", row => row.Version)
        .Text("state", row => ApiValue.Name(row.State))
        .Text("key_fingerprint", row => row.KeyFingerprint)
        .Flag("must_enrol_again", row => row.MustEnrolAgain)
        .Text("login", row => row.Login)
        .Text("account", row => row.Account)
        .Text("claimed_account", row => row.Claimed)
        .Text("pending_account", row => row.Pending)
        .Text("requested_account", row => row.Requested)
        .Text("granted", row => string.Join("; ", row.Granted))
        .Integer("sessions", row => row.Sessions)
        .Instant("seen_utc", row => row.LastSeenAt)
        .Instant("switched_utc", row => row.LastSwitchAt);

    public static readonly ApiColumns<SessionRow> Sessions = new ApiColumns<SessionRow>()
        .Text("session", row => row.Session)
        .Text("user", row => row.User)
        .Text("machine", row => row.Machine)
        .Text("config_dir", row => row.ConfigDir)
        .Text("account", row => row.Account)
        .Text("state", row => row.State)
        .Text("model", row => row.Model)
        .Instant("since_utc", row => row.Since)
        .Instant("seen_utc", row => row.LastSeenAt);

    public static readonly ApiColumns<DecisionRow> Decisions = new ApiColumns<DecisionRow>()
        .Text("agent", row => row.Agent)
        .Text("machine", row => row.Machine)
        .Text("config_dir", row => row.ConfigDir)
        .Text("account", row => row.Account)
        .Text("verdict", row => row.Verdict)
        .Text("reason", row => row.Reason)
        .Text("to_account", row => row.To)
        .Instant("waits_since_utc", row => row.Since)
        .Text("next_account", row => row.Next)
        .Share("seven_day_percent", row => row.Figures?.SevenDay)
        .Share("seven_day_per_minute", row => row.Figures?.SevenDayPerMinute)
        .Share("five_hour_percent", row => row.Figures?.FiveHour)
        .Share("five_hour_per_minute", row => row.Figures?.FiveHourPerMinute)
        .Share("next_seven_day_percent", row => row.NextFigures?.SevenDay)
        .Share("next_five_hour_percent", row => row.NextFigures?.FiveHour);

    public static readonly ApiColumns<PinView> Pins = new ApiColumns<PinView>()
        .Text("scope", row => row.Scope)
        .Text("target", row => row.Target)
        .Text("account", row => row.Label)
        .Text("mode", row => row.Mode)
        .Instant("created_utc", row => row.CreatedAt)
        .Text("created_by", row => row.CreatedBy);

    public static readonly ApiColumns<LogLine> Events = new ApiColumns<LogLine>()
        .Instant("at_utc", row => row.At)
        .Text("part", row => row.Part)
        .Text("kind", row => row.Kind)
        .Text("outcome", row => row.Outcome)
        .Text("from_account", row => row.From)
        .Text("account", row => row.Label)
        .Text("machine", row => row.Machine)
        .Text("fingerprint", row => row.Fingerprint)
        .Text("actor", row => row.Actor)
        .Text("detail", row => row.Detail);

    public static readonly ApiColumns<MonitorView> Monitors = new ApiColumns<MonitorView>()
        .Text("monitor", row => row.Name)
        .Text("source", row => row.Source)
        .Text("checks", row => row.What)
        .Text("state", row => MonitorStates.Name(row.State))
        .Text("detail", row => row.Detail)
        .Instant("since_utc", row => row.Since)
        .Instant("checked_utc", row => row.CheckedAt)
        .Share("uptime_24h", row => row.Uptime)
        .Share("seen_24h", row => row.Seen);

    public static readonly ApiColumns<NetworkFact> Network = new ApiColumns<NetworkFact>()
        .Text("name", row => row.Name)
        .Text("state", row => Name(row.State))
        .Text("text", row => row.Text);

    public static readonly ApiColumns<LanguageCount> Codebase = new ApiColumns<LanguageCount>()
        .Text("language", row => row.Language)
        .Integer("files", row => row.Files)
        .Integer("code", row => row.Code)
        .Integer("comments", row => row.Comments)
        .Integer("blanks", row => row.Blanks);

    private static string Name(FactState state) => state switch
    {
        FactState.Plain => "fact",
        FactState.Good => "good",
        FactState.Warning => "warning",
        FactState.Bad => "bad",
        FactState.Unseen => "unseen",
    };
}
