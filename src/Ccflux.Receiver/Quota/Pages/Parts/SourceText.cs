namespace Ccflux.Receiver.Quota.Pages.Parts;

/// <summary>Sources as text for people.</summary>
internal static class SourceText
{
    public static string Of(string source) => source switch
    {
        QuotaSource.StatusLine => "status line",
        QuotaSource.ClaudeAi => "claude.ai",
        QuotaSource.OAuth => "OAuth",
        QuotaSource.LimitHit => "limit hit",
        _ => source,
    };
}
