using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Ccflux.Receiver.Usage;

/// <summary>Which reports are accepted, how long usage is kept, and how tiers are inferred.</summary>
internal sealed class UsageOptions
{
    [ConfigurationKeyName("REQUIRE_SIGNATURES")]
    [Description("Also refuse unsigned reports from users without a registered key. A user who has any registered key must always sign.")]
    public bool RequireSignatures { get; set; }

    [ConfigurationKeyName("RETENTION_DAYS"), Range(0, 36_500)]
    [Description("Whole days (of `TIME_ZONE`) of usage to keep; older days are removed from every figure. 0 keeps everything.")]
    public int RetentionDays { get; set; }

    [ConfigurationKeyName("TIER_INFERENCE_DAYS"), Range(1, 3650)]
    [Description("Days of 5-hour windows from which tiers are inferred.")]
    public int TierInferenceDays { get; set; } = 90;

    [ConfigurationKeyName("TIER_INFERENCE_INTERVAL_SECS"), Range(1, 86_400)]
    [Description("How often tiers are inferred, in seconds.")]
    public int TierInferenceIntervalSeconds { get; set; } = 600;

    [ConfigurationKeyName("MAX_SESSIONS_PER_DAY"), Range(1, 10_000_000)]
    [Description("New sessions that a user may report per day (UTC); further ones are accepted the next day.")]
    public int MaxSessionsPerDay { get; set; } = 2000;

    [ConfigurationKeyName("MAX_REQUESTS_PER_DAY"), Range(1, 1_000_000_000)]
    [Description("New requests, turns and limit hits that a user may report per day (UTC); further ones are accepted the next day. Those that are sent again do not count.")]
    public int MaxRequestsPerDay { get; set; } = 200_000;

    [ConfigurationKeyName("MAX_BACKFILL_REQUESTS_PER_DAY"), Range(1, 1_000_000_000)]
    [Description("The same for `ccflux backfill`, which has an allowance of its own.")]
    public int MaxBackfillRequestsPerDay { get; set; } = 2_000_000;

    [ConfigurationKeyName("MAX_BACKFILL_SESSIONS_PER_DAY"), Range(1, 10_000_000)]
    [Description("New sessions that `ccflux backfill` may report per user and day (UTC).")]
    public int MaxBackfillSessionsPerDay { get; set; } = 20_000;

    [ConfigurationKeyName("MAX_MODELS_PER_DAY"), Range(1, 100_000)]
    [Description("Model names new to a user that may be reported per day (UTC); further ones are accepted the next day.")]
    public int MaxModelsPerDay { get; set; } = 100;
}
