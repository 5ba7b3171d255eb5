using Ccflux.Receiver.Telemetry.Store;

namespace Ccflux.Receiver.Telemetry.Read.Views;

/// <summary>A count of a period.</summary>
/// <param name="Person">Only of sessions and edit decisions; of decisions by event, a row without a count says whose there are.</param>
/// <param name="Terminal">Only of sessions.</param>
internal sealed record CountRow(string Person, string Kind, string Name, string Detail, string Terminal, long Count)
{
    public bool IsSession => Kind is CountKind.Session or CountKind.AnonymousSession;
}
