using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Ccflux.Receiver.Platform.Http;
using Ccflux.Receiver.Platform.Settings;

namespace Ccflux.Receiver.Telemetry;

/// <summary>Settings of telemetry: where OTLP is accepted, from whom, and how long its events are kept.</summary>
internal sealed class TelemetryOptions : IValidatableObject
{
    [ConfigurationKeyName("OTLP_HTTP_ADDR"), ListenAddress, BlankIsOff]
    [Description("IP address and port for OTLP over HTTP, in addition to the main port, which accepts it too. Empty: off.")]
    public string HttpAddress { get; set; } = "127.0.0.1:4318";

    [ConfigurationKeyName("OTLP_GRPC_ADDR"), ListenAddress, BlankIsOff]
    [Description("IP address and port for OTLP over gRPC. Empty: off.")]
    public string GrpcAddress { get; set; } = "127.0.0.1:4317";

    [ConfigurationKeyName("OTLP_TOKEN"), Secret]
    [Description("One bearer token for a whole organisation's telemetry. user.email is then what the sender claims. Unset: only users' telemetry tokens are accepted.")]
    public string? Token { get; set; }

    [ConfigurationKeyName("TRUST_CLAIMED_EMAIL")]
    [Description("1: usage that is reported with OTLP_TOKEN counts for the user whose e-mail address it states. Anybody who has that token can then add usage in anybody's name. 0: such usage is only compared with what users' own tokens report.")]
    public bool TrustClaimedEmail { get; set; }

    [ConfigurationKeyName("OTLP_BODY_LIMIT_KB"), Range(16, 65536)]
    [Description("Largest OTLP message with a user's own telemetry token in KiB, as sent and decompressed.")]
    public int BodyLimitKb { get; set; } = 4096;

    [ConfigurationKeyName("OTLP_COLLECTOR_BODY_LIMIT_KB"), Range(16, 65536)]
    [Description("Largest OTLP message with OTLP_TOKEN in KiB, as sent and decompressed: what a collector batches.")]
    public int CollectorBodyLimitKb { get; set; } = 16384;

    [ConfigurationKeyName("OTLP_MEMORY_MB"), Range(8, 4096)]
    [Description("Memory in MiB for OTLP messages that are being read or waiting to be stored; beyond this exporters are asked to retry.")]
    public int MemoryMb { get; set; } = 64;

    [ConfigurationKeyName("OTLP_RATE_LIMIT_PER_MINUTE"), Range(1, 10_000_000)]
    [Description("OTLP requests per minute with a user's own telemetry token.")]
    public int RequestsPerMinute { get; set; } = 1200;

    [ConfigurationKeyName("OTLP_MB_PER_MINUTE"), Range(1, 100_000)]
    [Description("MiB per minute that reading OTLP messages with a user's own telemetry token may need: up to twice their decompressed size.")]
    public int MbPerMinute { get; set; } = 10;

    [ConfigurationKeyName("OTLP_RECORDS_PER_DAY"), Range(1, 1_000_000_000)]
    [Description("New records stored per user's own telemetry token and day (UTC). Records that are sent again do not count.")]
    public int RecordsPerDay { get; set; } = 500_000;

    [ConfigurationKeyName("OTLP_SERVICES")]
    [Description("Further values of service.name that are accepted, separated by commas. claude-code, claude-code-desktop and cowork always are, and so is anything whose scope or record names show that it comes from Claude Code.")]
    public string? Services { get; set; }

    [ConfigurationKeyName("TELEMETRY_ATTRIBUTES")]
    [Description("The organisation's own attributes that clients send (team,cost_center; at most 8), separated by commas: their values are stored per person and used for filters and groups. Names that are removed here are hidden at once and deleted after TELEMETRY_RETENTION_DAYS.")]
    public string? Attributes { get; set; }

    [ConfigurationKeyName("TELEMETRY_RETENTION_DAYS"), Range(1, 3650)]
    [Description("Days for which single telemetry events are kept; hourly and daily figures stay. Events that are older on arrival are refused.")]
    public int RetentionDays { get; set; } = 30;

    [ConfigurationKeyName("PLAN_PRICE_USD"), Range(0, 100_000)]
    [Description("Price of a seat per month, in whole US dollars. The telemetry page compares the client's estimate with it. 0: unknown.")]
    public int PlanPriceUsd { get; set; }

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        foreach (var fault in LabelNames.FaultsOf(Attributes))
        {
            yield return new ValidationResult(fault);
        }
    }
}
