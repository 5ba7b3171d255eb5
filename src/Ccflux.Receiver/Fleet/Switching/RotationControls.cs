using Ccflux.Receiver.Fleet.Rotation;
using Ccflux.Receiver.Fleet.Sessions;
using Ccflux.Receiver.Fleet.Store;
using Ccflux.Receiver.Platform.Auth.Admin;
using Ccflux.Receiver.Platform.Http;
using Ccflux.Receiver.Platform.Live;
using Ccflux.Storage.Sqlite;
using Ccflux.Storage.Writing;
using Dapper;

namespace Ccflux.Receiver.Fleet.Switching;

/// <summary>A pin as it is stored and shown.</summary>
internal sealed record PinFacts(PinScope Scope, string Target, long AccountId, PinMode Mode, DateTimeOffset CreatedAt, string CreatedBy)
{
    public Pin ToRule() => new(Scope, Scope == PinScope.Fleet ? null : Target, AccountId, Mode);
}

/// <summary>The admin's instructions to rotation.</summary>
/// <param name="Paused">Accounts are switched only manually.</param>
/// <param name="Requested">Accounts requested manually, by agent.</param>
/// <param name="Cooling">From the last decision, for the next process.</param>
internal sealed record RotationDirectives(bool Paused, IReadOnlyDictionary<string, long> Requested, IReadOnlySet<long> Cooling, IReadOnlyList<PinFacts> Pins);

/// <summary>Pause, manual switches and pins: what a page or a command may set. Each change is recorded as an event and in the audit log. Methods return null, or what
/// is wrong.</summary>
internal sealed class RotationControls(SqliteReaders readers, GroupCommitWriter writer, RotationWakeSignal wake, IChangeFeed changes, TimeProvider time)
{
    public const int MaxPins = 1000;

    private const int MaxTarget = 255;
    private const string Paused = "rotation.paused";
    private const string Cooling = "rotation.cooling";
    private const string Requested = "rotation.requested.";

    public async Task<RotationDirectives> ReadAsync(CancellationToken cancellationToken)
    {
        using var lease = await readers.RentAsync(cancellationToken);
        var settings = (await lease.Connection.QueryAsync<SettingRow>(new CommandDefinition(RotationSql.Settings, cancellationToken: cancellationToken))).ToDictionary(row => row.Name, row => row.Value, StringComparer.Ordinal);
        var pins = await lease.Connection.QueryAsync<PinRow>(new CommandDefinition(RotationSql.Pins, new { Limit = MaxPins }, cancellationToken: cancellationToken));
        return new RotationDirectives(
            settings.ContainsKey(Paused),
            settings.Where(setting => setting.Key.StartsWith(Requested, StringComparison.Ordinal)).ToDictionary(
                setting => setting.Key[Requested.Length..], setting => long.Parse(setting.Value, CultureInfo.InvariantCulture), StringComparer.Ordinal),
            settings.GetValueOrDefault(Cooling, "").Split(',', StringSplitOptions.RemoveEmptyEntries).Select(id => long.Parse(id, CultureInfo.InvariantCulture)).ToHashSet(),
            [.. pins.Select(row => row.ToFacts())]);
    }

    public Task<string?> PauseAsync(bool paused, AuditActor actor) => ChangeAsync(connection =>
    {
        Set(connection, Paused, paused ? "1" : null);
        Record(connection, new RotationEvent(paused ? RotationEvent.Paused : RotationEvent.Resumed, null, null, null, actor.Name), actor, paused ? "pause" : "resume");
        return null;
    });

    /// <summary>Switches a config dir to an account manually, as soon as no tool call prevents it. It stays until the account can no longer be used.</summary>
    public Task<string?> RequestAsync(string agentId, long accountId, AuditActor actor) => ChangeAsync(connection =>
    {
        if (connection.Scalar(RotationSql.HasAgent, agentId) == 0)
        {
            return "No such config dir.";
        }

        if (connection.Scalar(AgentSql.IsGranted, agentId, accountId) == 0)
        {
            return "The account is not granted to this config dir.";
        }

        Set(connection, Requested + agentId, accountId.ToString(CultureInfo.InvariantCulture));
        Record(connection, new RotationEvent(RotationEvent.Asked, agentId, null, accountId, actor.Name), actor, "switch");
        return null;
    });

    /// <summary>Resumes rotation for a config dir with a manually requested account.</summary>
    public Task<string?> ReleaseAsync(string agentId, AuditActor actor) => ChangeAsync(connection =>
    {
        if (connection.Execute(RotationSql.Unset, Requested + agentId) > 0)
        {
            Record(connection, new RotationEvent(RotationEvent.Released, agentId, null, null, actor.Name), actor, "release");
        }

        return null;
    });

    public Task<string?> PinAsync(Pin pin, AuditActor actor) => ChangeAsync(connection =>
    {
        var target = pin.Scope == PinScope.Fleet ? "" : pin.Target?.Trim() ?? "";
        if (pin.Scope != PinScope.Fleet && target.Length is 0 or > MaxTarget)
        {
            return $"target: a config dir's id or a machine's name, 1 to {MaxTarget} characters.";
        }

        if (connection.Scalar(RotationSql.HasAccount, pin.Account) == 0)
        {
            return "account: no such account.";
        }

        if (connection.Scalar(RotationSql.CountPins) >= MaxPins)
        {
            return $"There are already {MaxPins} pins, which is the maximum.";
        }

        connection.Execute(RotationSql.SetPin, PinRow.Word(pin.Scope), target, pin.Account, PinRow.Word(pin.Mode), time.GetUtcNow().ToUnixTimeMilliseconds(), actor.Name);
        var what = $"{PinRow.Word(pin.Scope)} {PinRow.Word(pin.Mode)} {target}".TrimEnd();
        Record(connection, new RotationEvent(RotationEvent.Pinned, null, null, pin.Account, what, RotationEvent.By(actor)), actor, "pin", what);
        return null;
    });

    public Task<string?> UnpinAsync(PinScope scope, string? target, AuditActor actor) => ChangeAsync(connection =>
    {
        if (connection.Execute(RotationSql.RemovePin, PinRow.Word(scope), target ?? "") > 0)
        {
            var what = $"{PinRow.Word(scope)} {target}".TrimEnd();
            Record(connection, new RotationEvent(RotationEvent.Unpinned, null, null, null, what, RotationEvent.By(actor)), actor, "unpin", what);
        }

        return null;
    });

    /// <summary>Stores the cooling accounts of a decision for the next process.</summary>
    public static void Remember(SqlConnection connection, IReadOnlySet<long> cooling) =>
        Set(connection, Cooling, cooling.Count == 0 ? null : string.Join(',', cooling.Order()));

    /// <summary>Drops a manual request that can no longer be met.</summary>
    public static void Drop(SqlConnection connection, string agentId) => Set(connection, Requested + agentId, null);

    private void Record(SqlConnection connection, RotationEvent happened, AuditActor actor, string action, string detail = "")
    {
        var now = time.GetUtcNow();
        RotationEvents.Write(connection, now, happened);
        FleetAudit.WriteAdmin(connection, now, actor, action, happened.ToAccount, happened.AgentId, detail);
    }

    private async Task<string?> ChangeAsync(Func<SqlConnection, string?> change)
    {
        var written = await writer.WriteAsync(change);
        if (written.Status != WriteStatus.Committed)
        {
            return StorageBusy.Detail;
        }

        wake.Give();
        changes.Publish(FleetFeature.Topic);
        return written.Value;
    }

    private static void Set(SqlConnection connection, string name, string? value)
    {
        if (value is null)
        {
            connection.Execute(RotationSql.Unset, name);
        }
        else
        {
            connection.Execute(RotationSql.Set, name, value);
        }
    }

    private sealed class SettingRow
    {
        public string Name { get; init; } = "";

        public string Value { get; init; } = "";
    }

    private sealed class PinRow
    {
        public string Scope { get; init; } = "";

        public string Target { get; init; } = "";

        public long AccountId { get; init; }

        public string Mode { get; init; } = "";

        public long CreatedAt { get; init; }

        public string CreatedBy { get; init; } = "";

        public static string Word(PinScope scope) => scope switch { PinScope.ConfigDir => "config_dir", PinScope.Machine => "machine", PinScope.Fleet => "fleet" };

        public static string Word(PinMode mode) => mode switch { PinMode.Strict => "strict", PinMode.Soft => "soft" };

        public PinFacts ToFacts() => new(
            Enum.GetValues<PinScope>().First(scope => string.Equals(Word(scope), Scope, StringComparison.Ordinal)),
            Target,
            AccountId,
            Enum.GetValues<PinMode>().First(mode => string.Equals(Word(mode), Mode, StringComparison.Ordinal)),
            UnixTime.At(CreatedAt),
            CreatedBy);
    }
}
