using Ccflux.Receiver.Telemetry.Store;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Ccflux.Receiver.Telemetry.Read;

/// <summary>The rows that a page is made of, as the database gives them.</summary>
internal sealed record TelemetryRows(
    IReadOnlyList<RequestRow> Days,
    IReadOnlyList<RequestRow> Hours,
    IReadOnlyList<UserSums> Users,
    IReadOnlyList<CountRow> Counts,
    IReadOnlyList<CountRow> DayActivity,
    IReadOnlyList<CountRow> HourActivity,
    IReadOnlyList<LatencyRow> DayLatencies,
    IReadOnlyList<LatencyRow> HourLatencies,
    IReadOnlyList<LatencyRow> DayToolLatencies,
    IReadOnlyList<LatencyRow> HourToolLatencies,
    IReadOnlyList<WindowSums> Windows,
    IReadOnlyList<CallRow> Calls,
    TelemetryChoices Choices)
{
    public static TelemetryRows Read(SqliteConnection connection, TelemetryFilter filter, DateTimeOffset now, int recentCalls)
    {
        var scope = new
        {
            filter.FirstDayBefore,
            filter.FirstDay,
            filter.EndDay,
            filter.StartMs,
            filter.EndMs,
            filter.User,
            filter.Division,
            filter.Model,
            filter.Terminal,
            Hour = Clock.Hour(now.ToUnixTimeMilliseconds()),
            Limit = recentCalls,
        };
        List<T> Rows<T>(string sql) => connection.Query<T>(sql, scope).AsList();
        List<T> HourRows<T>(string sql) => filter.IsHourly ? Rows<T>(sql) : [];

        var choices = Rows<(string Kind, string Name)>(TelemetryReadSql.Choices).ToLookup(choice => choice.Kind, choice => choice.Name, StringComparer.Ordinal);
        return new TelemetryRows(
            Rows<RequestRow>(TelemetryReadSql.DayModels),
            HourRows<RequestRow>(TelemetryReadSql.HourModels),
            Rows<UserSums>(TelemetryReadSql.DayUsers),
            Rows<CountRow>(TelemetryReadSql.DayCounts),
            filter.IsHourly ? [] : Rows<CountRow>(TelemetryReadSql.DayActivity),
            HourRows<CountRow>(TelemetryReadSql.HourActivity),
            Rows<LatencyRow>(TelemetryReadSql.DayLatencies),
            HourRows<LatencyRow>(TelemetryReadSql.HourLatencies),
            Rows<LatencyRow>(TelemetryReadSql.DayToolLatencies),
            HourRows<LatencyRow>(TelemetryReadSql.HourToolLatencies),
            Rows<WindowSums>(TelemetryReadSql.Windows),
            Rows<CallRow>(TelemetryReadSql.RecentCalls),
            new TelemetryChoices([.. choices["user"]], [.. choices["division"]], [.. choices["model"]], [.. choices["terminal"]]));
    }
}

/// <summary>Dapper fills these by name; costs are billionths of a dollar.</summary>
internal record SumsRow
{
    private const decimal Billion = 1_000_000_000m;

    public long Requests { get; init; }

    public long Errors { get; init; }

    public long Input { get; init; }

    public long Output { get; init; }

    public long CacheRead { get; init; }

    public long CacheWrite { get; init; }

    public long Cost { get; init; }

    public RequestTotals ToTotals() => new(Requests, Errors, Input, Output, CacheRead, CacheWrite, Cost / Billion);
}

/// <summary>A model's hour or day.</summary>
internal sealed record RequestRow : SumsRow
{
    public long Time { get; init; }

    public string Model { get; init; } = "";
}

internal sealed record UserSums : SumsRow
{
    public string User { get; init; } = "";

    public string Division { get; init; } = "";

    public string Kind { get; init; } = "";

    public long LastDay { get; init; }
}

internal sealed record CountRow
{
    public long Time { get; init; }

    public string User { get; init; } = "";

    public string Kind { get; init; } = "";

    public string Name { get; init; } = "";

    public string Detail { get; init; } = "";

    public string Terminal { get; init; } = "";

    public long Count { get; init; }
}

internal sealed record LatencyRow
{
    public long Time { get; init; }

    public string Name { get; init; } = "";

    public byte[] Latency { get; init; } = [];
}

internal sealed record WindowSums
{
    public string User { get; init; } = "";

    public long Billed { get; init; }

    public long CacheRead { get; init; }

    public long CacheWrite { get; init; }
}

internal sealed record CallRow : SumsRow
{
    public long At { get; init; }

    public string User { get; init; } = "";

    public string Model { get; init; } = "";

    public string QuerySource { get; init; } = "";

    public string? RequestId { get; init; }

    public long? DurationMs { get; init; }

    public RecentCall ToCall() =>
        new(DateTimeOffset.FromUnixTimeMilliseconds(At), User, Model, QuerySource, RequestId, Input, Output, CacheRead, CacheWrite, ToTotals().CostUsd, DurationMs);
}
