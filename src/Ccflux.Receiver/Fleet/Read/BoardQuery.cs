using Ccflux.Receiver.Fleet.Agents;
using Ccflux.Receiver.Fleet.Rotation;
using Ccflux.Receiver.Fleet.Sessions;
using Ccflux.Receiver.Fleet.Store;
using Ccflux.Receiver.Fleet.Switching;
using Ccflux.Receiver.Fleet.Vault;
using Ccflux.Receiver.Platform.Auth;
using Ccflux.Storage.Reading;
using Ccflux.Storage.Sql;

namespace Ccflux.Receiver.Fleet.Read;

/// <summary>The current accounts, agents, sessions and pins, and rotation's decisions about them: what the page, the API and <c>/api/status</c> show.</summary>
internal sealed record Board(
    DateTimeOffset At, FleetHead Head, IReadOnlyList<AccountRow> Accounts, IReadOnlyList<AgentRow> Agents, IReadOnlyList<SessionRow> Sessions, IReadOnlyList<PinView> Pins)
{
    /// <summary>When rotation last ran.</summary>
    public DateTimeOffset? DecidedAt { get; init; }

    public IReadOnlyList<DecisionRow> Decisions { get; init; } = [];
}

/// <summary>Reads the <see cref="Board"/>.</summary>
internal sealed class BoardQuery(
    VaultStore vault, AgentStore agents, LiveSessions sessions, ISessionUsers users, RotationControls rotation, RotationEngine engine, RotationSettings settings, ReadSessions readers, TimeProvider time)
{
    private const int MaxPins = 1000;

    private volatile NextChoices _next = NextChoices.None;

    /// <param name="allowed">Whose names may be shown next to sessions. Accounts, agents and sessions themselves belong to the organisation.</param>
    /// <param name="cancellationToken">Cancels the wait for a reader.</param>
    public async Task<Board> ReadAsync(DataScope allowed, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var facts = await vault.AllAsync(cancellationToken);
        var enrolled = await agents.AllAsync(cancellationToken);
        var live = sessions.Read();
        var owners = live.Count == 0 ? SessionOwners.Nobody : await users.ReadAsync(allowed, cancellationToken);
        var said = await rotation.ReadAsync(cancellationToken);
        using var session = await readers.OpenAsync(cancellationToken);
        var limits = session.List(LimitSql.Select, LimitRow.Of, ("now", now.ToUnixTimeMilliseconds()));
        var windows = EffectiveWindows.Of(session.List(FleetReadSql.Windows, WindowRow.Of), limits).ToLookup(row => row.AccountId);
        var polls = session.First(
            FleetReadSql.Polls, static rows => (LastAt: rows.Int64OrNull(0), NextAt: rows.Int64OrNull(1), Failing: rows.Int32(2), Polled: rows.Int64(3)));
        var last = session.First(
            FleetReadSql.LastSwitch, static rows => new SwitchView(UnixTime.At(rows.Int64(0)), rows.Text(1), rows.Text(2), rows.Text(3), rows.Text(4)));
        var pins = session.List(FleetReadSql.Pins, Pin, ("limit", MaxPins));

        var labels = facts.ToDictionary(account => account.AccountId, account => account.Label);
        var agentRows = AgentRows.All(enrolled, labels, said.Requested, live, now);
        var decisions = DecisionRows.Of(Next(), agentRows, labels);
        var sessionRows = SessionRows.Of(live, agentRows, owners);
        return new Board(
            now,
            new FleetHead(
                UnixTime.At(polls.LastAt), polls.Polled == 0 ? null : UnixTime.At(polls.NextAt), polls.Failing, last, said.Paused),
            AccountRows.Of(facts, windows, agentRows, decisions, said.Cooling, settings, now),
            agentRows,
            sessionRows,
            pins)
        {
            DecidedAt = _next.Tick?.At,
            Decisions = decisions,
        };
    }

    private NextChoices Next() => engine.Last is not { } last || ReferenceEquals(last, _next.Tick) ? _next : _next = NextChoices.Of(last);

    /// <summary>Reads a row of <see cref="FleetReadSql.Pins"/>.</summary>
    private static PinView Pin(Rows rows)
    {
        var (scope, target) = (rows.Text(0), rows.Text(1));
        return new PinView(scope, target, Where(scope, target, rows.Text(2)), rows.Text(3), rows.Text(4), UnixTime.At(rows.Int64(5)), rows.Text(6));
    }

    private static string Where(string scope, string target, string machine) => scope switch
    {
        "config_dir" => $"one config dir on {(machine.Length > 0 ? machine : "an unknown machine")}",
        "machine" => $"every config dir on {target}",
        _ => "the whole fleet",
    };
}
