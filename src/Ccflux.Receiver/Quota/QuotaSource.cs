namespace Ccflux.Receiver.Quota;

/// <summary>Where readings come from, as stored and shown.</summary>
internal static class QuotaSource
{
    /// <summary>Pushed by <c>ccflux statusline</c>; needs no credential.</summary>
    public const string StatusLine = "statusline";

    /// <summary>Polled with the operator's cookies.</summary>
    public const string ClaudeAi = "claude_ai";

    /// <summary>Polled with an account's access token.</summary>
    public const string OAuth = "oauth";

    /// <summary>A failed turn that named its window and its reset.</summary>
    public const string LimitHit = "limit_hit";
}
