using System.Text.Json;
using Ccflux.Receiver.Platform.Api;
using Ccflux.Receiver.Quota.Read;

namespace Ccflux.Receiver.Quota.Api;

/// <summary>Converts views to the API's replies.</summary>
internal static class Replies
{
    private const string PlanBasis = "estimate from this receiver's own token counts";

    public static UsageReply Usage(QuotaView view)
    {
        var first = view.Primary;
        var windows = first?.Windows.Select(Window).ToDictionary(window => window.Window, StringComparer.Ordinal) ?? [];
        return new UsageReply(
            windows.GetValueOrDefault("five_hour"),
            windows.GetValueOrDefault("seven_day"),
            windows.GetValueOrDefault("extra_usage"),
            first?.ObservedAt,
            first?.IsStale ?? false,
            first?.Error?.Text,
            [.. view.Accounts.Select(account => Account(account, view.At))]);
    }

    public static AccountReply Account(AccountView account, DateTimeOffset now) => new(
        account.AccountId.Value,
        account.Name,
        account.Email,
        account.Source,
        ApiValue.Name(account.Level),
        account.ObservedAt,
        account.ObservedAt is { } at ? (long)(now - at).TotalSeconds : null,
        account.IsStale,
        account.Error is { } error ? error with { Kind = JsonNamingPolicy.SnakeCaseLower.ConvertName(error.Kind) } : null,
        account.NextPollAt,
        [.. account.Windows.Select(Window)]);

    private static WindowReply Window(WindowView window) => new(
        window.Name,
        window.UsedPercent,
        ApiValue.Name(window.Level),
        window.ResetsAt,
        window.IsOver,
        window.ObservedAt,
        window.Source,
        window.Pace,
        new ProjectionReply(ApiValue.Name(window.Projection.Outlook), window.Projection.Earliest, window.Projection.Latest),
        window.Plan is { } plan ? new PlanReply(Math.Round(plan.TokensPerPercent), Math.Round(plan.Lowest), Math.Round(plan.Highest), PlanBasis) : null);
}
