using Ccflux.Receiver.Fleet.Rotation;
using Ccflux.Receiver.Fleet.Sessions;
using Ccflux.Receiver.Fleet.Store;
using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Platform.Http;
using Ccflux.Receiver.Platform.Live;
using Ccflux.Storage.Reading;
using Ccflux.Storage.Sql;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Fleet.Switching;

/// <summary>A pin as it is stored and shown.</summary>
internal sealed record PinFacts(PinScope Scope, string Target, FleetAccountId AccountId, PinMode Mode, DateTimeOffset CreatedAt, string CreatedBy)
{
    public Pin ToRule() => new(Scope, Scope == PinScope.Fleet ? null : Target, AccountId, Mode);
}

/// <summary>The admin's instructions to rotation.</summary>
/// <param name="Paused">Accounts are switched only manually.</param>
/// <param name="Requested">Accounts requested manually, by agent.</param>
/// <param name="Cooling">From the last decision, for the next process.</param>
internal sealed record RotationDirectives(bool Paused, IReadOnlyDictionary<string, FleetAccountId> Requested, IReadOnlySet<FleetAccountId> Cooling, IReadOnlyList<PinFacts> Pins);

/// <summary>Pause, manual switches and pins: what a page or a command may set. Each change is recorded as an event and in the audit log. Methods return null, or what
/// is wrong.</summary>
internal sealed class RotationControls(ReadSessions readers, GroupCommitWriter writer, RotationWakeSignal wake, IChangeFeed changes, TimeProvider time)
{
    public const int MaxPins = 1000;

    private const int MaxTarget = 255;
    private const string Paused = "rotation.paused";
    private const string Cooling = "rotation.cooling";
    private const string Requested = "rotation.requested.";

    public async Task<RotationDirectives> ReadAsync(CancellationToken cancellationToken)
    {
        using var session = await readers.OpenAsync(cancellationToken);
        var settings = session.List(RotationSql.Settings, static rows => (Name: rows.Text(0), Value: rows.Text(1)))
            .ToDictionary(row => row.Name, row => row.Value, StringComparer.Ordinal);
        var pins = session.List(RotationSql.Pins, ReadPin, ("limit", MaxPins));
        return new RotationDirectives(
            settings.ContainsKey(Paused),
            settings.Where(setting => setting.Key.StartsWith(Requested, StringComparison.Ordinal)).ToDictionary(
                setting => setting.Key[Requested.Length..], setting => IdOf(setting.Value), StringComparer.Ordinal),
            settings.GetValueOrDefault(Cooling, "").Split(',', StringSplitOptions.RemoveEmptyEntries).Select(IdOf).ToHashSet(),
            pins);
    }

    public Task<string?> PauseAsync(bool paused, Actor actor) => ChangeAsync(session =>
    {
        Set(session, Paused, paused ? "1" : null);
        Record(session, new RotationEvent(paused ? RotationEvent.Paused : RotationEvent.Resumed, null, null, null, actor.StoredName), actor, paused ? "pause" : "resume");
        return null;
    });

    /// <summary>Switches a config dir to an account manually, as soon as no tool call prevents it. It stays until the account can no longer be used.</summary>
    public Task<string?> RequestAsync(string agentId, FleetAccountId accountId, Actor actor) => ChangeAsync(session =>
    {
        if (session.Scalar(RotationSql.HasAgent, ("agent", agentId)) == 0)
        {
            return "No such config dir.";
        }

        if (session.Scalar(AgentSql.IsGranted, ("agent", agentId), ("account", accountId.Value)) == 0)
        {
            return "The account is not granted to this config dir.";
        }

        Set(session, Requested + agentId, accountId.ToString());
        Record(session, new RotationEvent(RotationEvent.Asked, agentId, null, accountId, actor.StoredName), actor, "switch");
        return null;
    });

    /// <summary>Resumes rotation for a config dir with a manually requested account.</summary>
    public Task<string?> ReleaseAsync(string agentId, Actor actor) => ChangeAsync(session =>
    {
        if (session.Execute(RotationSql.Unset, ("name", Requested + agentId)) > 0)
        {
            Record(session, new RotationEvent(RotationEvent.Released, agentId, null, null, actor.StoredName), actor, "release");
        }

        return null;
    });

    public Task<string?> PinAsync(Pin pin, Actor actor) => ChangeAsync(session =>
    {
        var target = pin.Scope == PinScope.Fleet ? "" : pin.Target?.Trim() ?? "";
        if (pin.Scope != PinScope.Fleet && target.Length is 0 or > MaxTarget)
        {
            return $"target: a config dir's id or a machine's name, 1 to {MaxTarget} characters.";
        }

        if (session.Scalar(RotationSql.HasAccount, ("account", pin.Account.Value)) == 0)
        {
            return "account: no such account.";
        }

        if (session.Scalar(RotationSql.CountPins) >= MaxPins)
        {
            return $"There are already {MaxPins} pins, which is the maximum.";
        }

        session.Execute(
            RotationSql.SetPin,
            ("scope", Word(pin.Scope)),
            ("target", target),
            ("account", pin.Account.Value),
            ("mode", Word(pin.Mode)),
            ("now", time.GetUtcNow().ToUnixTimeMilliseconds()),
            ("created_by", actor.StoredName));
        var what = $"{Word(pin.Scope)} {Word(pin.Mode)} {target}".TrimEnd();
        Record(session, new RotationEvent(RotationEvent.Pinned, null, null, pin.Account, what, RotationEvent.By(actor)), actor, "pin", what);
        return null;
    });

    public Task<string?> UnpinAsync(PinScope scope, string? target, Actor actor) => ChangeAsync(session =>
    {
        if (session.Execute(RotationSql.RemovePin, ("scope", Word(scope)), ("target", target ?? "")) > 0)
        {
            var what = $"{Word(scope)} {target}".TrimEnd();
            Record(session, new RotationEvent(RotationEvent.Unpinned, null, null, null, what, RotationEvent.By(actor)), actor, "unpin", what);
        }

        return null;
    });

    /// <summary>Stores the cooling accounts of a decision for the next process.</summary>
    public static void Remember(WriteSession session, IReadOnlySet<FleetAccountId> cooling) =>
        Set(session, Cooling, cooling.Count == 0 ? null : string.Join(',', cooling.Select(id => id.Value).Order()));

    /// <summary>Drops a manual request that can no longer be met.</summary>
    public static void Drop(WriteSession session, string agentId) => Set(session, Requested + agentId, null);

    private void Record(WriteSession session, RotationEvent happened, Actor actor, string action, string detail = "")
    {
        var now = time.GetUtcNow();
        RotationEvents.Write(session, now, happened);
        FleetAudit.WriteAdmin(session, now, actor, action, happened.ToAccount, happened.AgentId, detail);
    }

    private async Task<string?> ChangeAsync(Func<WriteSession, string?> change)
    {
        var written = await writer.WriteAsync(change);
        if (!written.TryGet(out var refusal))
        {
            return Refusals.StorageBusy.Detail;
        }

        wake.Give();
        changes.Publish(FleetFeature.Topic);
        return refusal;
    }

    private static void Set(WriteSession session, string name, string? value)
    {
        if (value is null)
        {
            session.Execute(RotationSql.Unset, ("name", name));
        }
        else
        {
            session.Execute(RotationSql.Set, ("name", name), ("value", value));
        }
    }

    private static FleetAccountId IdOf(string stored) => new(long.Parse(stored, CultureInfo.InvariantCulture));

    private static string Word(PinScope scope) => scope switch { PinScope.ConfigDir => "config_dir", PinScope.Machine => "machine", PinScope.Fleet => "fleet" };

    private static string Word(PinMode mode) => mode switch { PinMode.Strict => "strict", PinMode.Soft => "soft" };

    private static PinFacts ReadPin(Rows rows)
    {
        var (scope, mode) = (rows.Text(0), rows.Text(3));
        return new PinFacts(
            Enum.GetValues<PinScope>().First(one => string.Equals(Word(one), scope, StringComparison.Ordinal)),
            rows.Text(1),
            new FleetAccountId(rows.Int64(2)),
            Enum.GetValues<PinMode>().First(one => string.Equals(Word(one), mode, StringComparison.Ordinal)),
            UnixTime.At(rows.Int64(4)),
            rows.Text(5));
    }
}
