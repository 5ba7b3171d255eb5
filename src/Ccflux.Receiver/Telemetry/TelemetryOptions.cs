using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Ccflux.Receiver.Platform.Http;
using Ccflux.Receiver.Platform.Settings;

namespace Ccflux.Receiver.Telemetry;

/// <summary>Where OTLP is taken, from whom, and how long its events are kept.</summary>
internal sealed class TelemetryOptions : IValidatableObject
{
    [ConfigurationKeyName("OTLP_HTTP_ADDR"), ListenAddress, BlankIsOff]
    [Description("Address and port for OTLP over HTTP, beside the main port, which takes it too. Empty: off.")]
    public string HttpAddress { get; set; } = "127.0.0.1:4318";

    [ConfigurationKeyName("OTLP_GRPC_ADDR"), ListenAddress, BlankIsOff]
    [Description("Address and port for OTLP over gRPC. Empty: off.")]
    public string GrpcAddress { get; set; } = "127.0.0.1:4317";

    [ConfigurationKeyName("OTLP_TOKEN"), Secret]
    [Description("One bearer token for a whole organisation's telemetry. user.email is then what the sender claims. Unset: only the telemetry tokens of users are taken.")]
    public string? Token { get; set; }

    [ConfigurationKeyName("OTLP_BODY_LIMIT_KB"), Range(16, 65536)]
    [Description("Largest OTLP message with a user's own telemetry token in KiB, as sent and unpacked.")]
    public int BodyLimitKb { get; set; } = 4096;

    [ConfigurationKeyName("OTLP_COLLECTOR_BODY_LIMIT_KB"), Range(16, 65536)]
    [Description("Largest OTLP message with OTLP_TOKEN in KiB, as sent and unpacked: what a collector puts together.")]
    public int CollectorBodyLimitKb { get; set; } = 16384;

    [ConfigurationKeyName("OTLP_MEMORY_MB"), Range(8, 4096)]
    [Description("OTLP messages being read or waiting to be stored may hold so many MiB; beyond it exporters are told to come again.")]
    public int MemoryMb { get; set; } = 64;

    [ConfigurationKeyName("OTLP_RATE_LIMIT_PER_MINUTE"), Range(1, 10_000_000)]
    [Description("OTLP requests a minute with a user's own telemetry token.")]
    public int RequestsPerMinute { get; set; } = 1200;

    [ConfigurationKeyName("OTLP_MB_PER_MINUTE"), Range(1, 100_000)]
    [Description("MiB a minute that OTLP messages with a user's own telemetry token may take to read: up to twice their size, unpacked.")]
    public int MbPerMinute { get; set; } = 10;

    [ConfigurationKeyName("OTLP_RECORDS_PER_DAY"), Range(1, 1_000_000_000)]
    [Description("New records of a user's own telemetry token that are stored on one day (UTC). Records sent again do not count.")]
    public int RecordsPerDay { get; set; } = 500_000;

    [ConfigurationKeyName("OTLP_SERVICES")]
    [Description("Further values of service.name that are taken, separated by commas. claude-code, claude-code-desktop and cowork always are, and so is whatever its scope or its records' names show to be Claude Code's.")]
    public string? Services { get; set; }

    [ConfigurationKeyName("TELEMETRY_ATTRIBUTES")]
    [Description("Attributes of the organisation's own that clients send (team,cost_center; at most 8), separated by commas: their values are kept by person, filtered and grouped by. Names that are taken out are hidden at once and removed after TELEMETRY_RETENTION_DAYS.")]
    public string? Attributes { get; set; }

    [ConfigurationKeyName("TELEMETRY_RETENTION_DAYS"), Range(1, 3650)]
    [Description("Days that single telemetry events are kept; hourly and daily figures stay. What is older on arrival is refused.")]
    public int RetentionDays { get; set; } = 30;

    [ConfigurationKeyName("PLAN_PRICE_USD"), Range(0, 100_000)]
    [Description("What a seat costs a month, in whole US dollars: what the telemetry page measures the client's estimate against. 0: not known.")]
    public int PlanPriceUsd { get; set; }

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        foreach (var fault in LabelNames.FaultsOf(Attributes))
        {
            yield return new ValidationResult(fault);
        }
    }
}
