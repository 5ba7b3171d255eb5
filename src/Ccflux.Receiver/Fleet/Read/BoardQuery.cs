using Ccflux.Receiver.Fleet.Agents;
using Ccflux.Receiver.Fleet.Rotation;
using Ccflux.Receiver.Fleet.Sessions;
using Ccflux.Receiver.Fleet.Store;
using Ccflux.Receiver.Fleet.Switching;
using Ccflux.Receiver.Fleet.Vault;
using Ccflux.Storage.Sqlite;
using Dapper;

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
    VaultStore vault, AgentStore agents, LiveSessions sessions, ISessionUsers users, RotationControls rotation, RotationEngine engine, RotationSettings settings, SqliteReaders readers, TimeProvider time)
{
    private const int MaxPins = 1000;

    private volatile NextChoices _next = NextChoices.None;

    public async Task<Board> ReadAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var facts = await vault.AllAsync(cancellationToken);
        var enrolled = await agents.AllAsync(cancellationToken);
        var live = sessions.Read();
        var owners = live.Count == 0 ? SessionOwners.Nobody : await users.ReadAsync(cancellationToken);
        var said = await rotation.ReadAsync(cancellationToken);
        using var lease = await readers.RentAsync(cancellationToken);
        var limits = await lease.Connection.QueryAsync<LimitRow>(LimitSql.Select, new { Now = now.ToUnixTimeMilliseconds() });
        var windows = EffectiveWindows.Of(await lease.Connection.QueryAsync<WindowRow>(FleetReadSql.Windows), limits).ToLookup(row => row.AccountId);
        var polls = await lease.Connection.QuerySingleAsync<PollsRow>(FleetReadSql.Polls);
        var last = await lease.Connection.QuerySingleOrDefaultAsync<SwitchRow>(FleetReadSql.LastSwitch);
        var pins = await lease.Connection.QueryAsync<PinRow>(FleetReadSql.Pins, new { Limit = MaxPins });

        var labels = facts.ToDictionary(account => account.AccountId, account => account.Label);
        var agentRows = AgentRows.All(enrolled, labels, said.Requested, live, now);
        var decisions = DecisionRows.Of(Next(), agentRows, labels);
        var sessionRows = SessionRows.Of(live, agentRows, owners);
        return new Board(
            now,
            new FleetHead(
                UnixTime.At(polls.LastAt), polls.Polled == 0 ? null : UnixTime.At(polls.NextAt), (int)polls.Failing, last is null ? null : new SwitchView(UnixTime.At(last.At), last.Label, last.Machine, last.IssuedBy, last.Reason), said.Paused),
            AccountRows.Of(facts, windows, agentRows, decisions, said.Cooling, settings, now),
            agentRows,
            sessionRows,
            [.. pins.Select(pin => new PinView(pin.Scope, pin.Target, Where(pin), pin.Label, pin.Mode, UnixTime.At(pin.CreatedAt), pin.CreatedBy))])
        {
            DecidedAt = _next.Tick?.At,
            Decisions = decisions,
        };
    }

    private NextChoices Next() => engine.Last is not { } last || ReferenceEquals(last, _next.Tick) ? _next : _next = NextChoices.Of(last);

    private static string Where(PinRow pin) => pin.Scope switch
    {
        "config_dir" => $"one config dir on {(pin.Machine.Length > 0 ? pin.Machine : "an unknown machine")}",
        "machine" => $"every config dir on {pin.Target}",
        _ => "the whole fleet",
    };
}
