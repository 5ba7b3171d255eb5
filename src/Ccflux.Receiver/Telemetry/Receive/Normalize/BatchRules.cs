namespace Ccflux.Receiver.Telemetry.Receive.Normalize;

/// <summary>What is taken into a batch.</summary>
/// <param name="Services">Values of <c>service.name</c>.</param>
/// <param name="From">Epoch milliseconds: what is older is refused, since nothing would know it again.</param>
/// <param name="To">Epoch milliseconds: what is later is refused; clocks may be a little ahead.</param>
internal sealed record BatchRules(IReadOnlySet<string> Services, long From, long To)
{
    public static readonly TimeSpan ClockTolerance = TimeSpan.FromMinutes(10);

    /// <summary>Records of one message that are kept. Exporters send some hundreds; more would hold up the writer, and memory beyond the message's own.</summary>
    public const int MaxRecords = 8192;

    /// <summary>Tokens of one request. No model takes as many.</summary>
    public const long MaxRequestTokens = 100_000_000;

    /// <summary>Cost of one request in billionths of a dollar: 10 000 dollars.</summary>
    public const long MaxRequestCost = 10_000_000_000_000;

    /// <summary>Of one point, in its <see cref="MetricNames.Unit"/>s: 10 000 dollars, or as many tokens as nobody uses.</summary>
    public const double MaxPoint = 1e13;

    private static readonly string[] s_clients = ["claude-code", "claude-code-desktop"];

    public static IReadOnlySet<string> ServicesOf(TelemetryOptions options) => s_clients
        .Concat((options.Services ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        .ToHashSet(StringComparer.Ordinal);
}
