using Ccflux.Contracts.Quota;
using Ccflux.Contracts.Usage;

namespace Ccflux.Receiver.Quota.Ingest;

/// <summary>Validates a batch of readings. A fault names the field and the limit and never quotes a value.</summary>
internal static class ReadingRules
{
    private static readonly DateTimeOffset s_earliest = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan s_furthestReset = TimeSpan.FromDays(400);

    public static string? Fault(ReadingBatch batch)
    {
        if (batch.SchemaVersion != ReadingBatch.Version)
        {
            return $"schema_version: {ReadingBatch.Version}.";
        }

        if (batch.Readings is not { Count: > 0 and <= ReadingLimits.MaxReadings })
        {
            return $"readings: 1 to {ReadingLimits.MaxReadings}.";
        }

        for (var i = 0; i < batch.Readings.Count; i++)
        {
            if (Fault(batch.Readings[i]) is { } fault)
            {
                return $"readings[{i}].{fault}";
            }
        }

        return null;
    }

    /// <summary>The first reading that is further in the future than the clocks may differ, or null.</summary>
    public static string? FutureFault(ReadingBatch batch, DateTimeOffset now)
    {
        for (var i = 0; i < batch.Readings.Count; i++)
        {
            if (IsFuture(batch.Readings[i].ObservedAt, now))
            {
                return $"readings[{i}] is more than 5 minutes in the future; the server's time is in the Date header.";
            }
        }

        return null;
    }

    public static bool IsFuture(DateTimeOffset observedAt, DateTimeOffset now) => observedAt > now + ReportLimits.ClockTolerance;

    /// <summary>The fault of one reading, or null.</summary>
    public static string? Fault(ReportedReading? reading) => reading switch
    {
        null => "missing.",
        _ when !ReadingLimits.IsWindowName(reading.Window) => $"window: 1 to {ReadingLimits.MaxWindowName} letters, digits and _ - . : beginning with a letter.",
        _ when reading.UsedPercentage is not (>= 0 and <= ReadingLimits.MaxPercentage) => $"used_percentage: 0 to {ReadingLimits.MaxPercentage}.",
        _ when reading.ObservedAt < s_earliest => "observed_at: not before 2020.",
        _ when reading.ResetsAt < s_earliest || reading.ResetsAt - reading.ObservedAt > s_furthestReset => "resets_at: from 2020 to 400 days after observed_at.",
        _ when reading.Account is not { Length: > 0 and <= ReadingLimits.MaxAccount } || reading.Account.Any(char.IsControl) => $"account: 1 to {ReadingLimits.MaxAccount} characters, no control characters.",
        _ => null,
    };
}
