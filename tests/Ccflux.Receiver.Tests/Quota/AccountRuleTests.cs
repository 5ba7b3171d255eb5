using Ccflux.Receiver.Quota;
using Ccflux.Receiver.Quota.Store;
using Ccflux.Testing;

namespace Ccflux.Receiver.Tests.Quota;

/// <summary>Which row a reported account belongs to.</summary>
public sealed class AccountRuleTests
{
    private const long User = 7;

    /// <summary>Keys with rows, whose ids are their places from 1; the reported key; and the row with its key afterwards.</summary>
    [Theory]
    [InlineData("", "a", User, "new a")]
    [InlineData("a", "a", User, "1 a")]
    [InlineData("b", "a", User, "new a")]
    [InlineData("a", "a:x", User, "1 a:x")]
    [InlineData("a a:x", "a:x", User, "2 a:x")]
    [InlineData("a a:x", "a:y", User, "new a:y")]
    [InlineData("a:x", "a:y", User, "new a:y")]
    [InlineData("a:x", "a", User, "1 a:x")]
    [InlineData("a:x", "a", AccountIdentity.Polled, "new a")]
    [InlineData("a", "a:x", AccountIdentity.Polled, "1 a:x")]
    [InlineData("a:x a:y", "a", User, "new a")]
    [InlineData("ab:x", "a", User, "new a")]
    [InlineData("a:", "a", User, "new a")]
    [InlineData("A", "a", User, "new a")]
    public void Account_BelongsToARow(string known, string reported, long owner, string expected) =>
        Assert.Equal(expected, Describe(AccountRule.Decide(Rows(known), [Account(reported, owner)])));

    [Theory]
    [InlineData("a", "a", "1 a")]
    [InlineData("a", "a:x", "new a:x")]
    [InlineData("a:x", "a", "new a")]
    public void Account_ThatIsNotAlone_NeedsItsExactKey(string known, string reported, string expected) =>
        Assert.Equal(expected, Describe(AccountRule.Decide(Rows(known), [Account(reported)], isExact: true)));

    [Theory]
    [InlineData("", "a a:x a", "new a:x | 0 0 0")]
    [InlineData("", "a:x a", "new a:x | 0 0")]
    [InlineData("", "a:x a:y a", "new a:x, new a:y, new a | 0 1 2")]
    [InlineData("a", "b a:x a", "new b, 1 a:x | 0 1 1")]
    public void Accounts_OfOneBatch_AreEachConsideredAfterTheOnesBefore(string known, string reported, string expected)
    {
        var plan = AccountRule.Decide(Rows(known), [.. reported.Split(' ').Select(key => Account(key))]);

        Assert.Equal(expected, $"{Describe(plan)} | {string.Join(' ', plan.Places)}");
    }

    [Fact]
    public void Values_OfTheLastReport_Win_ButALabelStays()
    {
        var plan = AccountRule.Decide(
            Rows("a"),
            [
                new AccountIdentity("a", User, QuotaSource.StatusLine, "named", "one@example.org"),
                new AccountIdentity("a:x", User, QuotaSource.LimitHit, "", "two@example.org"),
            ]);

        Assert.Equal(new AccountIdentity("a:x", User, QuotaSource.LimitHit, "named", "two@example.org"), Assert.Single(plan.Changes).Account);
    }

    [Theory]
    [InlineData("", null, "new me@example.org")]
    [InlineData("", 5L, "5 as it is")]
    [InlineData("me@example.org", null, "1 as it is")]
    [InlineData("me@example.org", 5L, "5 as it is")]
    public void LimitHit_IsOfTheOnlyAccountShown_OtherwiseOfTheUsersOwn(string known, long? shown, string expected) =>
        Assert.Equal(expected, Describe(AccountRule.OfLimitHit(Rows(known), QuotaAccountId.Of(shown), Account("me@example.org"))));

    [Theory]
    [InlineData("a b", 20, "a b", true)]
    [InlineData("a b", 19, "a c", true)]
    [InlineData("a b", 20, "a c", false)]
    [InlineData("", 18, "a b", true)]
    [InlineData("", 18, "a b c", false)]
    [InlineData("a", 20, "a:x", true)]
    public void NewAccounts_NeedRoom_KnownOnesDoNot(string known, long count, string reported, bool hasRoom) =>
        Assert.Equal(hasRoom, AccountRule.HasRoom(new AccountFacts(Rows(known), count), User, reported.Split(' '), maxAccounts: 20));

    [Fact]
    public void Batch_IsTheSameAsItsAccountsOneByOne()
    {
        var random = new Random(7);
        string[] keys = ["a", "a:x", "a:y", "b", "b:x", "c"];
        for (var round = 0; round < TestDepth.Of(500, 20_000); round++)
        {
            var owner = random.Next(2) * User;
            var reported = Enumerable.Range(0, random.Next(1, 8)).Select(_ => Account(keys[random.Next(keys.Length)], owner)).ToList();
            var known = Rows(string.Join(' ', keys.Where(_ => random.Next(4) == 0)));

            var atOnce = Apply(known, AccountRule.Decide(known, reported));
            var oneByOne = reported.Aggregate(known, (rows, account) => Apply(rows, AccountRule.Decide(rows, [account])));

            Assert.Equal(oneByOne, atOnce);
            Assert.Equal(atOnce.Count, atOnce.DistinctBy(row => row.Key).Count());
        }
    }

    private static List<StoredAccount> Apply(List<StoredAccount> rows, AccountPlan plan)
    {
        rows = [.. rows];
        foreach (var change in plan.Changes)
        {
            rows.RemoveAll(row => row.AccountId == change.AccountId);
            rows.Add(new StoredAccount(change.AccountId ?? new QuotaAccountId(rows.Select(row => row.AccountId.Value).DefaultIfEmpty().Max() + 1), change.Account!.Key));
        }

        return [.. rows.OrderBy(row => row.AccountId.Value)];
    }

    private static List<StoredAccount> Rows(string keys) =>
        [.. keys.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select((key, index) => new StoredAccount(new QuotaAccountId(index + 1), key))];

    private static AccountIdentity Account(string key, long owner = User) => new(key, owner, QuotaSource.StatusLine, "", "");

    private static string Describe(AccountPlan plan) =>
        string.Join(", ", plan.Changes.Select(change => $"{(change.AccountId is { } known ? $"{known}" : "new")} {change.Account?.Key ?? "as it is"}"));
}
