using System.Text;
using Ccflux.Receiver.Telemetry.Receive.Decode;

namespace Ccflux.Receiver.Telemetry.Receive.Normalize;

/// <summary>Rules for what is accepted into a batch.</summary>
/// <param name="Services">Values of <c>service.name</c>, in UTF-8. There are few, and they are compared byte by byte.</param>
/// <param name="From">Epoch milliseconds: anything older is refused, because a repetition of it could not be recognised.</param>
/// <param name="To">Epoch milliseconds: anything later is refused; clocks may be slightly ahead.</param>
/// <param name="MaxRecords">The most records of one message that are kept.</param>
internal sealed record BatchRules(IReadOnlyList<byte[]> Services, long From, long To, int MaxRecords = BatchRules.MaxOfCollector)
{
    public static readonly TimeSpan ClockTolerance = TimeSpan.FromMinutes(10);

    /// <summary>The most records of one message with a user's own token. Exporters send some hundreds, collectors 8192 or more; all are stored in parts.</summary>
    public const int MaxOfUser = 20_000;

    public const int MaxOfCollector = 65_536;

    /// <summary>The most tokens of one request. No model accepts that many.</summary>
    public const long MaxRequestTokens = 100_000_000;

    /// <summary>The highest cost of one request in billionths of a dollar: 1000 dollars, ten times what the largest request costs at list price.</summary>
    public const long MaxRequestCost = 1_000_000_000_000;

    private static readonly string[] s_clients = ["claude-code", "claude-code-desktop", "cowork"];

    /// <summary>The attributes that are read.</summary>
    public AttributeNames Attributes { get; init; } = AttributeNames.Clients;

    /// <summary>True with a user's own token: whatever the records state, they are that user's.</summary>
    public bool IsOfOneUser { get; init; }

    /// <summary>Whether messages of this service are accepted.</summary>
    public bool Takes(ReadOnlySpan<byte> service)
    {
        foreach (var each in Services)
        {
            if (service.SequenceEqual(each))
            {
                return true;
            }
        }

        return false;
    }

    public static IReadOnlyList<byte[]> ServicesOf(TelemetryOptions options) =>
    [
        .. s_clients
            .Concat((options.Services ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            .Distinct(StringComparer.Ordinal)
            .Select(Encoding.UTF8.GetBytes),
    ];
}
