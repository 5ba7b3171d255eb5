using System.Diagnostics.Metrics;
using Ccflux.Receiver.Fleet.Vault;

namespace Ccflux.Receiver.Fleet;

/// <summary>Counts what is done with logins. Labels come from closed sets; accounts and agents are never labels.</summary>
internal sealed class FleetMetrics
{
    public const string MeterName = "Ccflux.Fleet";

    private readonly Counter<long> _refreshes;
    private readonly Counter<long> _refused;
    private readonly Counter<long> _commands;
    private readonly Counter<long> _sessionsDropped;

    public FleetMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _refreshes = meter.CreateCounter<long>("ccflux.fleet.refreshes", "{refresh}", "Refreshes of logins, by outcome.");
        _refused = meter.CreateCounter<long>("ccflux.fleet.refused", "{request}", "Refused requests from agents, by error code.");
        _commands = meter.CreateCounter<long>("ccflux.fleet.commands", "{command}", "Commands to agents, by outcome.");
        _sessionsDropped = meter.CreateCounter<long>("ccflux.fleet.sessions.dropped", "{session}", "Sessions in heartbeats beyond the number kept in memory.");
    }

    public void SessionsDropped(int count) => _sessionsDropped.Add(count);

    public void Refreshed(RefreshOutcome outcome) => _refreshes.Add(1, new KeyValuePair<string, object?>("outcome", outcome.ToString()));

    public void Refused(string code) => _refused.Add(1, new KeyValuePair<string, object?>("reason", code));

    public void Command(string state) => _commands.Add(1, new KeyValuePair<string, object?>("state", state));
}
