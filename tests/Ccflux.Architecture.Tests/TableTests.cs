using System.Text.RegularExpressions;
using Ccflux.Testing;
using Xunit;

namespace Ccflux.Architecture.Tests;

/// <summary>Which slice owns which table. SQL of another slice names it only where it is listed here.</summary>
public sealed partial class TableTests
{
    private static readonly string Receiver = Path.Combine(RepositoryRoot.Path, "src", "Ccflux.Receiver");

    /// <summary>Tables with these prefixes belong to the slice of that name; the others are listed.</summary>
    private static readonly (string Prefix, string Slice)[] Prefixes = [("fleet_", "Fleet"), ("quota_", "Quota"), ("telemetry_", "Telemetry")];

    private static readonly Dictionary<string, string[]> Owned = new(StringComparer.Ordinal)
    {
        ["Identity"] = ["users", "devices", "device_keys", "refresh_tokens", "access_tokens", "user_caps", "erasures", "erasure_marks", "erasure_keys"],
        ["Platform"] = ["store", "admin_sessions", "audit_log", "leases", "model_colours"],
        ["Usage"] =
        [
            "active_hours", "event_days", "event_totals", "limit_events", "models", "report_pauses", "request_copies", "requests", "session_days", "session_hours", "sessions", "shared_requests",
            "tier_hints", "tiers", "turn_models", "turn_prompts", "turns", "usage_caps", "usage_day_versions", "usage_days", "usage_events", "usage_hours", "usage_totals", "usage_windows", "user_days", "user_hours", "user_totals",
        ],
    };

    /// <summary>Tables of others that a file's SQL names. Composition/PortsSql.cs joins slices and is free.</summary>
    private static readonly Dictionary<string, string[]> Foreign = new(StringComparer.Ordinal)
    {
        // A report notes when its user and device were last seen.
        ["Usage/Ledger/LastSeenSql.cs"] = ["devices", "users"],
        // A change of the time zone is remembered in the store; what is read or removed user by user names them.
        ["Usage/Ledger/LedgerRebuildSql.cs"] = ["store"],
        ["Usage/Ledger/LedgerRecountSql.cs"] = ["users"],
        ["Usage/Copies/CopiesSql.cs"] = ["users"],
        ["Usage/Read/Days/WindowSql.cs"] = ["users"],
        ["Usage/Retention/UsageRetentionSql.cs"] = ["users"],
        ["Usage/Import/LegacySql.cs"] = ["device_keys", "devices", "refresh_tokens"],
        // The pages of usage show users, devices and the audit log in the same snapshot as figures.
        ["Usage/Read/Snapshots/UsageReadSql.cs"] = ["audit_log", "devices", "refresh_tokens", "store", "users"],
        ["Telemetry/Auth/TelemetryTokensSql.cs"] = ["refresh_tokens", "users"],
        ["Telemetry/Read/TelemetryReadSql.cs"] = ["store", "users"],
        ["Quota/Store/QuotaReadSql.cs"] = ["users"],
        ["Quota/Store/QuotaSql.cs"] = ["users"],
        ["Quota/Alerts/AlertSql.cs"] = ["users"],
        // Rotation decides by what quota polled; removing an account from the vault ends its polling.
        ["Fleet/Monitors/MonitorSql.cs"] = ["quota_polls"],
        ["Fleet/Read/FleetReadSql.cs"] = ["quota_accounts", "quota_polls", "quota_windows"],
        ["Fleet/Store/LimitSql.cs"] = ["quota_accounts", "quota_windows"],
        ["Fleet/Store/RotationSql.cs"] = ["quota_accounts", "quota_readings", "quota_windows"],
        ["Fleet/Store/VaultSql.cs"] = ["quota_accounts", "quota_windows"],
        ["Cli/UserListSql.cs"] = ["refresh_tokens", "users"],
    };

    [Fact]
    public void Tables_EachBelongToOneSlice()
    {
        var tables = Tables();

        Assert.All(tables, table => Assert.NotNull(Owner(table)));
        Assert.Subset(tables, Owned.Values.SelectMany(owned => owned).ToHashSet(StringComparer.Ordinal));
    }

    [Fact]
    public void Sql_NamesTheTablesOfItsOwnSlice_AndThoseThatAreListed()
    {
        var tables = Tables();
        var named = Directory.EnumerateFiles(Receiver, "*Sql.cs", SearchOption.AllDirectories)
            .Select(path => (File: Path.GetRelativePath(Receiver, path).Replace('\\', '/'), Names: TableName().Matches(File.ReadAllText(path)).Select(match => match.Groups["table"].Value)))
            .Where(file => !string.Equals(file.File, "Composition/PortsSql.cs", StringComparison.Ordinal))
            .SelectMany(file => file.Names.Where(name => tables.Contains(name) && !string.Equals(Owner(name), file.File.Split('/')[0], StringComparison.Ordinal))
                .Distinct(StringComparer.Ordinal)
                .Select(name => $"{file.File}: {name}"))
            .Order(StringComparer.Ordinal);

        Assert.Equal(Foreign.SelectMany(file => file.Value.Select(name => $"{file.Key}: {name}")).Order(StringComparer.Ordinal), named);
    }

    private static HashSet<string> Tables() =>
        Directory.EnumerateFiles(Path.Combine(RepositoryRoot.Path, "src", "Ccflux.Storage", "Migrations", "sqlite"), "*.sql")
            .SelectMany(path => Created().Matches(File.ReadAllText(path)).Select(match => match.Groups["table"].Value))
            .ToHashSet(StringComparer.Ordinal);

    private static string? Owner(string table) =>
        Prefixes.FirstOrDefault(prefix => table.StartsWith(prefix.Prefix, StringComparison.Ordinal)).Slice
        ?? Owned.FirstOrDefault(slice => slice.Value.Contains(table, StringComparer.Ordinal)).Key;

    [GeneratedRegex(@"\bCREATE (TABLE|VIEW)( IF NOT EXISTS)? (?<table>\w+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Created();

    [GeneratedRegex(@"\b(FROM|JOIN|INTO|UPDATE( OR \w+)?)\s+(main\.|former\.)?(?<table>\w+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex TableName();
}
