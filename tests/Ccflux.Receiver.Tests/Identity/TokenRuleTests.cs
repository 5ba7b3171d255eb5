using Ccflux.Receiver.Identity;
using Ccflux.Receiver.Identity.Users;
using Ccflux.Receiver.Platform.Auth;

namespace Ccflux.Receiver.Tests.Identity;

/// <summary>Who gets a refresh token, what an exchange changes, and what becomes of manually inserted tokens.</summary>
public sealed class TokenRuleTests
{
    private const string Stored = "sha256:00";

    private static readonly DateTimeOffset Now = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);
    private static readonly IdentityOptions Options = new() { RefreshTokenRollingDays = 90, AccessTokenExpirySeconds = 600 };
    private static readonly LiveToken Live = new(Stored, "amara@example.org", "R&D", 30);

    [Theory]
    [InlineData("R&D", true)]
    [InlineData("", false)]
    public void Add_WithoutALiveToken_IssuesOne_WithTheDivisionThatIsGiven(string division, bool setsDivision) => Assert.Equal(
        new TokenIssue(null, 30, division, EndsEarlier: false, setsDivision),
        RefreshTokenRule.Add(new RefreshTokenFacts(HasLive: false, new IssuedToken(10, "Design")), division, 30));

    [Fact]
    public void Add_WithALiveToken_IsRefused() =>
        Assert.Equal(new TokenIssue(AccountFault.AlreadyLive), RefreshTokenRule.Add(new RefreshTokenFacts(HasLive: true, new IssuedToken(10, "")), "R&D", 30));

    [Theory]
    [InlineData(null, 10L, 10)]
    [InlineData(30, 10L, 30)]
    [InlineData(null, null, UserAdministration.DefaultDays)]
    [InlineData(null, 0L, 1)]
    [InlineData(null, -5L, 1)]
    [InlineData(null, 99_999_999_999L, UserRules.MaxDays)]
    public void Reissue_EndsTheEarlierToken_AndKeepsItsDivisionAndDays(int? days, long? earlier, int expected)
    {
        foreach (var hasLive in new[] { false, true })
        {
            Assert.Equal(
                new TokenIssue(null, expected, "Design", EndsEarlier: true),
                RefreshTokenRule.Reissue(new RefreshTokenFacts(hasLive, new IssuedToken(earlier, "Design")), days));
        }
    }

    [Fact]
    public void Reissue_WithoutAnyToken_IsOfNobody() =>
        Assert.Equal(new TokenIssue(AccountFault.UnknownUser), RefreshTokenRule.Reissue(new RefreshTokenFacts(false, null), 30));

    [Fact]
    public void Exchange_OfATokenThatIsNotLive_IsRefused() => Assert.Null(TokenExchangeRule.Decide(new ExchangeFacts(null, null), Stored, Options, Now));

    [Theory]
    [InlineData("")]
    [InlineData("two words@example.org")]
    [InlineData("zero\u200bwidth@example.org")]
    public void Exchange_OfAnAddressThatNamesNobody_IsRefused(string email) =>
        Assert.Null(TokenExchangeRule.Decide(new ExchangeFacts(Live with { Email = email }, null), Stored, Options, Now));

    [Theory]
    [InlineData(30L, 30)]
    [InlineData(null, 90)]
    [InlineData(0L, 1)]
    [InlineData(9_999L, UserRules.MaxDays)]
    public void Exchange_RollsTheExpiry_ByTheTokensOwnDays(long? days, int expected)
    {
        var plan = TokenExchangeRule.Decide(new ExchangeFacts(Live with { Days = days }, null), Stored, Options, Now)!;

        Assert.Equal((Now.AddDays(expected), Now.AddMinutes(10)), (plan.RefreshExpiresAt, plan.AccessExpiresAt));
    }

    /// <summary>The user's division (null if there is no user), the token's, and whether the user's row is written.</summary>
    [Theory]
    [InlineData(null, "R&D", true)]
    [InlineData(null, "", true)]
    [InlineData("", "R&D", true)]
    [InlineData("", "", false)]
    [InlineData("Design", "R&D", false)]
    [InlineData("Design", "", false)]
    public void Exchange_WritesTheUser_OnlyWhereItIsNewOrGetsADivision(string? known, string division, bool isWritten)
    {
        var plan = TokenExchangeRule.Decide(new ExchangeFacts(Live with { Division = division }, known is null ? null : new KnownUser(7, known)), Stored, Options, Now)!;

        Assert.Equal((isWritten ? null : 7L, division), (plan.UserId, plan.Division));
    }

    [Fact]
    public void Exchange_OfAManuallyInsertedToken_HashesItAndNormalisesItsAddress()
    {
        var plan = TokenExchangeRule.Decide(new ExchangeFacts(Live with { Stored = "plain", Email = " Amara@Example.org" }, null), Stored, Options, Now)!;

        Assert.Equal(("plain", "amara@example.org"), (plan.PlainToken, plan.Email));
        Assert.Null(TokenExchangeRule.Decide(new ExchangeFacts(Live, null), Stored, Options, Now)!.PlainToken);
    }

    [Theory]
    [InlineData(" Amara@Example.org ", "amara@example.org", null)]
    [InlineData("not-an-address", "not-an-address", null)]
    [InlineData("zero\u200bwidth@example.org", null, "zero\\u{200b}width@example.org")]
    [InlineData(" ", null, null)]
    [InlineData("", null, null)]
    public void ManualToken_IsTakenUpOrRefused(string email, string? address, string? refused)
    {
        var change = ManualTokenRule.Decide(new ManualToken(9, "plain", email, "R&D"));

        Assert.Equal(new ManualTokenChange(9, SecretToken.Stored("plain"), address, address is null ? "" : "R&D", refused), change);
    }

    [Fact]
    public void ManualToken_ThatIsHashed_StaysAsItIs() => Assert.Equal(Stored, ManualTokenRule.Decide(new ManualToken(9, Stored, "amara@example.org", "")).Stored);

    [Theory]
    [InlineData("amara@example.org", null)]
    [InlineData("Amara@Example.org", "amara@example.org")]
    [InlineData(" amara@example.org", "amara@example.org")]
    [InlineData("Ünal@example.org", "ünal@example.org")]
    [InlineData("zero\u200bwidth@example.org", null)]
    [InlineData("", null)]
    public void Address_InAnotherSpelling_IsRepaired(string email, string? expected) =>
        Assert.Equal(expected is null ? null : new EmailRepair(7, email, expected), ManualTokenRule.Repair(7, email));
}
