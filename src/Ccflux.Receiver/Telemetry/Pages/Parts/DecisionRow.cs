using Ccflux.Receiver.Telemetry.Read.Views;

namespace Ccflux.Receiver.Telemetry.Pages.Parts;

/// <summary>The decisions about calls of one tool. Rules and hooks decide without the user.</summary>
internal sealed record DecisionRow(string Tool, long Automatic, long Accepted, long Rejected)
{
    public long All => Automatic + Accepted + Rejected;

    /// <summary>Share of the user's own decisions; null if there are none.</summary>
    public double? RejectedShare => Accepted + Rejected == 0 ? null : (double)Rejected / (Accepted + Rejected);

    /// <summary>The tool with the most decisions first. A stored decision is <c>accept:config</c>, <c>reject:user_temporary</c>, …</summary>
    public static IReadOnlyList<DecisionRow> Of(IReadOnlyList<NamedCount> decisions) =>
    [
        .. decisions.GroupBy(row => row.Name, StringComparer.Ordinal)
            .Select(group => new DecisionRow(
                group.Key.Length > 0 ? group.Key : "any tool",
                group.Where(row => IsAutomatic(row.Detail)).SaturatingSum(row => row.Count),
                group.Where(row => !IsAutomatic(row.Detail) && !IsReject(row.Detail)).SaturatingSum(row => row.Count),
                group.Where(row => !IsAutomatic(row.Detail) && IsReject(row.Detail)).SaturatingSum(row => row.Count)))
            .OrderByDescending(row => row.All).ThenBy(row => row.Tool, StringComparer.Ordinal),
    ];

    private static bool IsReject(string detail) => detail.StartsWith("reject", StringComparison.Ordinal);

    private static bool IsAutomatic(string detail) =>
        detail.EndsWith(":config", StringComparison.Ordinal) || detail.EndsWith(":hook", StringComparison.Ordinal);
}
