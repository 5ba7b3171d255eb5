using Ccflux.Receiver.Platform.Auth.Admin;

namespace Ccflux.Receiver.Tests.Platform.Auth.Admin;

/// <summary>Whether a session is valid, and on which line of the audit log a sign-in is counted.</summary>
public sealed class SignInRuleTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    /// <summary>Milliseconds since the session was last used and since it was opened.</summary>
    [Theory]
    [InlineData(0, 0, nameof(SessionVerdict.Open))]
    [InlineData(60_000, 60_000, nameof(SessionVerdict.Open))]
    [InlineData(60_001, 60_001, nameof(SessionVerdict.Stale))]
    [InlineData(12 * 3_600_000, 12 * 3_600_000, nameof(SessionVerdict.Stale))]
    [InlineData((12 * 3_600_000) + 1, (12 * 3_600_000) + 1, nameof(SessionVerdict.Over))]
    [InlineData(0, 7 * 86_400_000, nameof(SessionVerdict.Open))]
    [InlineData(0, (7 * 86_400_000) + 1, nameof(SessionVerdict.Over))]
    [InlineData(-60_000, -60_000, nameof(SessionVerdict.Open))]
    public void Session_IsOpenForTwelveIdleHoursAndSevenDays(long idle, long age, string expected)
    {
        var at = Now.ToUnixTimeMilliseconds();
        var session = new StoredSession("admin", [1, 2], at - age, at - idle);

        Assert.Equal(expected, AdminSessionRule.Decide(session, [1, 2], Now).ToString());
        Assert.Equal(SessionVerdict.Over, AdminSessionRule.Decide(session, [1, 3], Now));
        Assert.Equal(SessionVerdict.Over, AdminSessionRule.Decide(session, [1], Now));
    }

    /// <summary>The line of the IP address, the shared line, how many lines there are, and the line that is counted on (null: a new one).</summary>
    [Theory]
    [InlineData(null, null, 0, null, false)]
    [InlineData(5L, null, 1, 5L, false)]
    [InlineData(null, null, SignInAudit.MaxAddresses - 1, null, false)]
    [InlineData(null, null, SignInAudit.MaxAddresses, null, true)]
    [InlineData(null, 9L, SignInAudit.MaxAddresses + 1, 9L, true)]
    [InlineData(5L, 9L, SignInAudit.MaxAddresses + 1, 5L, false)]
    public void SignIn_IsCountedOnTheLineOfItsAddress_OrOnTheSharedOne(long? own, long? others, long count, long? line, bool isShared) =>
        Assert.Equal(new SignInCount(line, isShared), SignInAuditRule.Decide(new SignInLines(own, others, count)));
}
