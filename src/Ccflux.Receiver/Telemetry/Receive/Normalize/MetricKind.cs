using System.Text;

namespace Ccflux.Receiver.Telemetry.Receive.Normalize;

/// <summary>The metrics that are kept.</summary>
internal enum MetricKind
{
    Sessions = 1,
    Lines,
    PullRequests,
    Commits,
    Cost,
    Tokens,
    EditDecisions,
    ActiveTime,
}

internal static class MetricNames
{
    /// <summary>Null for an unknown metric.</summary>
    public static MetricKind? Find(ReadOnlySpan<byte> name) => Encoding.UTF8.GetString(name.Length <= 64 ? name : []) switch
    {
        "claude_code.session.count" => MetricKind.Sessions,
        "claude_code.lines_of_code.count" => MetricKind.Lines,
        "claude_code.pull_request.count" => MetricKind.PullRequests,
        "claude_code.commit.count" => MetricKind.Commits,
        "claude_code.cost.usage" => MetricKind.Cost,
        "claude_code.token.usage" => MetricKind.Tokens,
        "claude_code.code_edit_tool.decision" => MetricKind.EditDecisions,
        "claude_code.active_time.total" => MetricKind.ActiveTime,
        _ => null,
    };

    /// <summary>The unit of the count: billionths of a dollar, milliseconds, or just the count.</summary>
    public static double Unit(MetricKind kind) => kind switch
    {
        MetricKind.Cost => 1e9,
        MetricKind.ActiveTime => 1e3,
        _ => 1,
    };

    /// <summary>The largest value of one point, as sent: what it counts since the last point, or since its process began.</summary>
    public static double MaxPoint(MetricKind kind) => kind switch
    {
        MetricKind.Cost => 10_000,
        MetricKind.Tokens => 10_000_000_000,
        MetricKind.ActiveTime => 366 * 86_400,
        _ => 10_000_000,
    };
}
