namespace Ccflux.Receiver.Quota.Sources;

/// <summary>Explains what failed and what to do about it: which setting to renew and where to find its value.</summary>
internal static class PollFailureText
{
    private const string Where = "in the browser at claude.ai, developer tools, Application, Cookies";
    private const string Taken = "Changes to .env apply within seconds.";

    public static string Explain(string source, PollFailure failure) =>
        string.Equals(source, QuotaSource.ClaudeAi, StringComparison.Ordinal) ? ForCookies(failure) : ForTokens(failure);

    private static string ForCookies(PollFailure failure) => failure switch
    {
        PollFailure.NoCredential => $"CLAUDE_SESSION_KEY or CLAUDE_ORG_ID is missing, or a cookie contains a character that is not allowed. Copy the cookies sessionKey and lastActiveOrg ({Where}). {Taken}",
        PollFailure.Rejected => $"claude.ai no longer accepts the session (401 or 403). Sign in there and copy the cookie sessionKey ({Where}) into CLAUDE_SESSION_KEY. {Taken}",
        PollFailure.Challenged => $"claude.ai answered with a browser challenge (403). Copy the cookie cf_clearance ({Where}) into CLAUDE_CF_CLEARANCE; it is valid only for the IP address and browser it was issued to. {Taken}",
        PollFailure.Forbidden => $"claude.ai does not allow this session to read that organisation (403). Copy the cookie lastActiveOrg ({Where}) into CLAUDE_ORG_ID. {Taken}",
        PollFailure.UnknownOrganization => $"claude.ai has no organisation with this id (400 or 404): CLAUDE_ORG_ID is wrong, or the organisation no longer exists. Copy the cookie lastActiveOrg ({Where}) into CLAUDE_ORG_ID. {Taken}",
        _ => ForBoth("claude.ai", failure),
    };

    private static string ForTokens(PollFailure failure) => failure switch
    {
        PollFailure.NoCredential => "No valid access token: the credentials file is missing, unreadable or expired. Use Claude Code with this login once, or sign in there again with /login; either renews the file.",
        PollFailure.Rejected => "The access token was rejected (401). Use Claude Code with this login once, or sign in there again with /login; the file is read again when it changes.",
        PollFailure.Challenged => "A browser challenge blocks the API (403). It usually clears by itself; if not, check the receiver's network (proxy, VPN).",
        PollFailure.Forbidden => "This login may not read its usage (403): it lacks the scope user:profile, as tokens made by setup-token do. Sign in with /login in Claude Code.",
        _ => ForBoth("The API", failure),
    };

    private static string ForBoth(string issuer, PollFailure failure) => failure switch
    {
        PollFailure.RateLimited => $"{issuer} asks for fewer requests (429). No action is needed: polling waits as long as requested. If it happens again, raise POLL_INTERVAL and stop other programs that poll the same account.",
        PollFailure.UpstreamFailed => $"{issuer} has a problem of its own (5xx). No action is needed: polling continues, less often.",
        PollFailure.TimedOut => $"{issuer} did not answer in time. Polling continues, less often.",
        PollFailure.Unreachable => $"{issuer} cannot be reached from the receiver: check its network, DNS, clock and certificates.",
        PollFailure.ChangedFormat or PollFailure.UnknownOrganization => $"{issuer} answers in a format that this version does not know. Check for a newer ccflux; the last good readings are kept.",
        PollFailure.NoCredential or PollFailure.Rejected or PollFailure.Challenged or PollFailure.Forbidden => throw new ArgumentOutOfRangeException(nameof(failure)),
    };
}
