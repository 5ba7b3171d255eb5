using Ccflux.Receiver.Quota;
using Ccflux.Receiver.Quota.Polling;
using Ccflux.Receiver.Quota.Store;
using Ccflux.Storage.Reading;
using Ccflux.Testing;

namespace Ccflux.Receiver.Tests.Quota;

/// <summary>Which accounts are polled and when, as they are added, renewed, hurried, polled and removed.</summary>
public sealed class PolledAccountsTests : IDisposable
{
    private readonly ManualTime _time = new();
    private readonly ReadSessions _readers = new(_ => throw new InvalidOperationException("Nothing is read."));
    private readonly NamedAccounts _source = new();
    private readonly PolledAccounts _accounts;

    public PolledAccountsTests() => _accounts = new PolledAccounts(new PollInterval(new QuotaOptions(), _readers), () => 0, _time);

    private DateTimeOffset Now => _time.GetUtcNow();

    [Fact]
    public void Changes_BetweenPolledAndNamed_AreAddedRenewedAndRemoved()
    {
        var polled = new[] { Target("same"), Target("renewed"), Target("removed") }.ToDictionary(PollKey.Of);

        var changes = AccountChanges.Between(polled, [Target("same"), Target("renewed", "2"), Target("added")]);

        Assert.Equal(new AddedAccount(Target("added"), IsAlone: true), Assert.Single(changes.Added));
        Assert.Equal(Target("renewed", "2"), Assert.Single(changes.Renewed));
        Assert.Equal(PollKey.Of(Target("removed")), Assert.Single(changes.Removed));
        Assert.True(AccountChanges.Between(polled, [.. polled.Values]).IsEmpty);
    }

    [Fact]
    public void Organisation_NamedNextToItsAccountAlone_IsNotAlone()
    {
        var empty = new Dictionary<PollKey, PollTarget>();

        Assert.Equal([true, false], AccountChanges.Between(empty, [Target("acc"), Target("acc:org")]).Added.Select(added => added.IsAlone));
        Assert.True(Assert.Single(AccountChanges.Between(empty, [Target("acc:org")]).Added).IsAlone);
    }

    [Fact]
    public void Accounts_DueTogether_AreSpreadOverAThirdOfTheInterval()
    {
        Add("a", "b", "c");

        Assert.Equal([0d, 0, 10], _accounts.Statuses().Select(status => (status.NextAt - Now).TotalSeconds));
        Assert.All(_accounts.Statuses(), status => Assert.Null(status.State.LastAttempt));
    }

    [Fact]
    public void Account_StoredAsDueBeforeTheStart_CountsAsPolledThen()
    {
        var sent = Now.AddSeconds(-20);
        Add(Stored("a", PollState.New with { LastAttempt = Now.AddSeconds(-80) }, sent));

        Assert.Equal(sent.AddSeconds(60), Assert.Single(_accounts.Statuses()).NextAt);
    }

    [Fact]
    public void Credential_ReplacedBeforeTheStart_EndsTheBackoff()
    {
        var stored = Stored("a", Failing("old"), Now.AddMinutes(20));

        Assert.Equal(stored.Key, Assert.Single(Add(stored)));
        Assert.Equal(Now, Assert.Single(_accounts.Statuses()).NextAt);
        Assert.Equal(0, Assert.Single(_accounts.Statuses()).State.Failures);
    }

    [Fact]
    public void Credential_Renewed_EndsTheBackoff_ButNotTheIntervalNorThatOfAPollInProgress()
    {
        Add("a");
        var polled = Poll("a", PollOutcome.Failed(PollFailure.Rejected));
        Assert.Equal(Now.AddSeconds(120), polled.NextAt);

        Assert.False(_accounts.Renew(Target("a", "2"), isPolling: _ => true));
        Assert.Equal(polled.NextAt, _accounts.Find(polled.Key)!.NextAt);
        Assert.True(_accounts.Renew(Target("a", "3"), isPolling: _ => false));
        Assert.Equal(Now.AddSeconds(60), _accounts.Find(polled.Key)!.NextAt);
        Assert.False(_accounts.Renew(Target("a", "4"), isPolling: _ => false));
        Assert.False(_accounts.Renew(Target("unknown"), isPolling: _ => false));
    }

    [Fact]
    public void Credential_RenewedDuringAPoll_IsNotBlamedForItsFailure()
    {
        Add("a");
        var sent = _accounts.Find(PollKey.Of(Target("a")))!;
        _accounts.Renew(Target("a", "2"), isPolling: _ => true);

        var settled = _accounts.Settle(sent, Now, PollOutcome.Failed(PollFailure.Rejected));

        Assert.Equal(0, settled.State.Failures);
        Assert.Equal(Now.AddSeconds(60), settled.NextAt);
    }

    [Fact]
    public void Hurry_MovesWhatWaits_ToTheEarliestInstantThatTheRulesAllow()
    {
        Add("late", "recent", "polling");
        Poll("late", Readings());
        _time.Advance(TimeSpan.FromSeconds(50));
        Poll("recent", Readings());
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.Null(_accounts.Hurry(new QuotaAccountId(999), _ => false).First);

        var (waiting, first) = _accounts.Hurry(null, key => key.Key is "polling");

        Assert.Equal(["late", "recent"], waiting.Select(key => key.Key));
        Assert.Equal(Now, first);
        Assert.Equal([0d, 50], waiting.Select(key => (_accounts.Find(key)!.NextAt - Now).TotalSeconds));
        Assert.Equal(Now.AddSeconds(50), _accounts.Hurry(_accounts.Find(waiting[1])!.AccountId, _ => false).First);
    }

    [Fact]
    public void Poll_ThatThrew_CountsAsAFailure()
    {
        Add("a");

        var settled = _accounts.SettleFailed(_accounts.Find(PollKey.Of(Target("a")))!);

        Assert.Equal(1, settled.State.Failures);
        Assert.Equal(Now.AddSeconds(120), settled.NextAt);
        Assert.Equal(settled, _accounts.Find(settled.Key));
    }

    [Fact]
    public void Account_RemovedDuringItsPoll_IsSettledButNotAddedAgain()
    {
        Add("a");
        var sent = _accounts.Find(PollKey.Of(Target("a")))!;
        _accounts.Remove([sent.Key]);

        var settled = _accounts.Settle(sent, Now, Readings());

        Assert.Equal(Now, settled.State.LastSuccess);
        Assert.Null(_accounts.Find(sent.Key));
        Assert.Empty(_accounts.TargetsOf(_source));
    }

    [Fact]
    public void Poll_OfAnAccountThatWasAddedAgainMeanwhile_CountsForIt()
    {
        Add("a");
        var sent = _accounts.Find(PollKey.Of(Target("a")))!;
        _accounts.Remove([sent.Key]);
        Add("a");

        _accounts.Settle(sent, Now, Readings());

        Assert.Equal(Now.AddSeconds(60), _accounts.Find(sent.Key)!.NextAt);
    }

    [Fact]
    public void Interval_Changed_AppliesToWhatWaits()
    {
        Add("a", "b");
        Poll("a", Readings());
        Poll("b", Readings());
        _source.Interval = TimeSpan.FromSeconds(600);

        var waiting = _accounts.Reschedule(key => key.Key is "b");

        Assert.Equal("a", Assert.Single(waiting).Key);
        Assert.Equal([600d, 60], _accounts.Statuses().Select(status => (status.NextAt - Now).TotalSeconds));
    }

    public void Dispose() => _readers.Dispose();

    private static PollTarget Target(string key, string stamp = "1") => new(new AccountIdentity(key, AccountIdentity.Polled, QuotaSource.OAuth, key, ""), stamp);

    private static PollOutcome Readings() => new([], null);

    private static PollState Failing(string credential) =>
        PollState.New with { Failures = 5, Failure = PollFailure.Rejected, Credential = CredentialMark.Of(credential) };

    private PolledAccount Stored(string key, PollState state, DateTimeOffset? next) =>
        PolledAccount.Stored(Target(key), _source, new KnownAccount(new QuotaAccountId(key.Length), state, next, []));

    private IReadOnlyList<PollKey> Add(params PolledAccount[] stored) => _accounts.Add(stored);

    private void Add(params string[] keys) => Assert.Empty(Add([.. keys.Select(key => Stored(key, PollState.New, null))]));

    private PolledAccount Poll(string key, PollOutcome outcome) => _accounts.Settle(_accounts.Find(PollKey.Of(Target(key)))!, Now, outcome);

    /// <summary>A source that is never asked, with an interval of its own.</summary>
    private sealed class NamedAccounts : IPollSource
    {
        public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(60);

        public ValueTask<IReadOnlyList<PollTarget>> TargetsAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<PollOutcome> PollAsync(AccountIdentity account, CancellationToken cancellationToken) => throw new NotSupportedException();

        public PollPolicy Policy(TimeSpan cookieInterval) => PollPolicy.Cookies(Interval);
    }
}
