using Ccflux.Receiver.Quota;
using Ccflux.Receiver.Quota.Polling;
using Ccflux.Receiver.Quota.Store;
using Ccflux.Storage.Reading;
using Ccflux.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ccflux.Receiver.Tests.Quota;

/// <summary>How often sources are asked for accounts, and what is reported.</summary>
public sealed class AccountDiscoveryTests : IDisposable
{
    private readonly ManualTime _time = new();
    private readonly ReadSessions _readers = new(_ => throw new InvalidOperationException("Nothing is read."));
    private readonly Source _broken = new();
    private readonly Source _working = new();
    private readonly List<(IPollSource Source, AccountChanges Changes)> _reported = [];
    private readonly PolledAccounts _accounts;
    private readonly AccountDiscovery _discovery;

    public AccountDiscoveryTests()
    {
        _accounts = new PolledAccounts(new PollInterval(new QuotaOptions(), _readers), () => 0, _time);
        _discovery = new AccountDiscovery([_broken, _working], _accounts, QuotaIntervals.Default, _time, NullLogger<AccountDiscovery>.Instance);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Source_ThatFails_IsAskedAgain_AndDoesNotKeepOthersFromBeingAsked()
    {
        _broken.Error = new InvalidOperationException("broken");
        await StartAsync();
        Assert.Same(_working, Assert.Single(_reported).Source);

        _broken.Error = null;
        _time.Advance(QuotaIntervals.Default.Discovery);

        Assert.Equal([_working, _broken, _working], _reported.Select(report => report.Source));
        Assert.Equal((2, 2), (_broken.Asked, _working.Asked));
    }

    [Fact]
    public async Task Change_OnceApplied_IsNotReportedAgain()
    {
        await StartAsync();
        var added = _reported.ToDictionary(report => report.Source, report => Assert.Single(report.Changes.Added).Target);
        _reported.Clear();
        foreach (var (source, target) in added)
        {
            _accounts.Add([PolledAccount.Stored(target, source, new KnownAccount(new QuotaAccountId(1), PollState.New, null, []))]);
        }

        _time.Advance(QuotaIntervals.Default.Discovery);
        Assert.Empty(_reported);
        _working.Targets = [];
        _time.Advance(QuotaIntervals.Default.Discovery);

        var (changed, changes) = Assert.Single(_reported);
        Assert.Same(_working, changed);
        Assert.Equal(PollKey.Of(added[_working]), Assert.Single(changes.Removed));
        Assert.Empty(changes.Added);
    }

    [Fact]
    public async Task Stop_EndsTheLooks()
    {
        await StartAsync();

        await _discovery.StopAsync(Cancellation);
        _time.Advance(TimeSpan.FromHours(1));

        Assert.Equal(1, _working.Asked);
    }

    public void Dispose()
    {
        _discovery.Dispose();
        _readers.Dispose();
    }

    private async Task StartAsync()
    {
        _broken.Targets = [new PollTarget(new AccountIdentity("a", AccountIdentity.Polled, QuotaSource.ClaudeAi, "", ""), "1")];
        _working.Targets = [new PollTarget(new AccountIdentity("b", AccountIdentity.Polled, QuotaSource.OAuth, "", ""), "1")];
        await _discovery.StartAsync(
            (source, changes) =>
            {
                _reported.Add((source, changes));
                return Task.CompletedTask;
            },
            Cancellation);
    }

    private sealed class Source : IPollSource
    {
        public IReadOnlyList<PollTarget> Targets { get; set; } = [];

        public Exception? Error { get; set; }

        public int Asked { get; private set; }

        public ValueTask<IReadOnlyList<PollTarget>> TargetsAsync(CancellationToken cancellationToken)
        {
            Asked++;
            return Error is null ? ValueTask.FromResult(Targets) : ValueTask.FromException<IReadOnlyList<PollTarget>>(Error);
        }

        public Task<PollOutcome> PollAsync(AccountIdentity account, CancellationToken cancellationToken) => throw new NotSupportedException();

        public PollPolicy Policy(TimeSpan cookieInterval) => PollPolicy.Cookies(cookieInterval);
    }
}
