using Ccflux.Receiver.Fleet.Codebase;
using Ccflux.Receiver.Fleet.Monitors;
using Ccflux.Receiver.Fleet.Network;
using Ccflux.Receiver.Platform.Api;

namespace Ccflux.Receiver.Fleet.Api;

/// <summary>The columns of each table.</summary>
internal static class FleetColumns
{
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
