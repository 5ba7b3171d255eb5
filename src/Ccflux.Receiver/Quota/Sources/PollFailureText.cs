namespace Ccflux.Receiver.Quota.Sources;

/// <summary>What failed and what to do about it: which setting to renew and where its value is found.</summary>
internal static class PollFailureText
{
    private const string Where = "in the browser at claude.ai, developer tools, Application, Cookies";
    private const string Taken = "A changed .env is taken up within seconds.";

    public static string Explain(string source, PollFailure failure) =>
        string.Equals(source, QuotaSource.ClaudeAi, StringComparison.Ordinal) ? ForCookies(failure) : ForTokens(failure);

    private static string ForCookies(PollFailure failure) => failure switch
    {
        PollFailure.NoCredential => $"CLAUDE_SESSION_KEY or CLAUDE_ORG_ID is missing, or a cookie holds a character that none can. Copy the cookies sessionKey and lastActiveOrg ({Where}). {Taken}",
        PollFailure.Rejected => $"claude.ai no longer takes the session (401 or 403). Sign in there, copy the cookie sessionKey ({Where}) into CLAUDE_SESSION_KEY. {Taken}",
        PollFailure.Challenged => $"claude.ai answered with a check for browsers (403). Copy the cookie cf_clearance ({Where}) into CLAUDE_CF_CLEARANCE; it holds only for the address and browser it was given to. {Taken}",
        PollFailure.Forbidden => $"claude.ai does not let this session read that organisation (403). Copy the cookie lastActiveOrg ({Where}) into CLAUDE_ORG_ID. {Taken}",
        PollFailure.UnknownOrganization => $"claude.ai knows no organisation of this id (400 or 404): CLAUDE_ORG_ID is wrong, or the organisation is gone. Copy the cookie lastActiveOrg ({Where}) into CLAUDE_ORG_ID. {Taken}",
        _ => ForBoth("claude.ai", failure),
    };

    private static string ForTokens(PollFailure failure) => failure switch
    {
        PollFailure.NoCredential => "No valid access token: the credentials file is missing, unreadable or expired. Use Claude Code with this login once, or sign in there again with /login; it renews the file.",
        PollFailure.Rejected => "The access token is no longer taken (401). Use Claude Code with this login once, or sign in there again with /login; the file is read again when it changes.",
        PollFailure.Challenged => "A check for browsers stands before the API (403). It often ends by itself; if not, look at the receiver's network (proxy, VPN).",
        PollFailure.Forbidden => "This login may not read its usage (403): it lacks the scope user:profile, as tokens made by setup-token do. Sign in with /login in Claude Code.",
        _ => ForBoth("The API", failure),
    };

    private static string ForBoth(string issuer, PollFailure failure) => failure switch
    {
        PollFailure.RateLimited => $"{issuer} asks for fewer requests (429). Nothing is to be done: polling waits as long as it was told to. If it comes back, raise POLL_INTERVAL and stop other programs that poll the same account.",
        PollFailure.UpstreamFailed => $"{issuer} has trouble of its own (5xx). Nothing is to be done: polling goes on, less often.",
        PollFailure.TimedOut => $"{issuer} did not answer in time. Polling goes on, less often.",
        PollFailure.Unreachable => $"{issuer} cannot be reached from the receiver: check its network, DNS, clock and certificates.",
        PollFailure.ChangedFormat or PollFailure.UnknownOrganization => $"{issuer} answers in a form that this version does not know. Look for a newer ccflux; the last good readings stay.",
        PollFailure.NoCredential or PollFailure.Rejected or PollFailure.Challenged or PollFailure.Forbidden => throw new ArgumentOutOfRangeException(nameof(failure)),
    };
}
