using Ccflux.Receiver.Telemetry.Store;

namespace Ccflux.Receiver.Telemetry.Read.Views;

/// <summary>A count of a period.</summary>
/// <param name="Person">Only for sessions and edit decisions; for decisions from events, a row without a count marks the people who have any.</param>
/// <param name="Terminal">Only for sessions.</param>
internal sealed record CountRow(string Person, string Kind, string Name, string Detail, string Terminal, long Count)
{
    public bool IsSession => Kind is CountKind.Session or CountKind.AnonymousSession;
}
