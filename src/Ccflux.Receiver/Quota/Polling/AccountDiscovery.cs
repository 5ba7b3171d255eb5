using Ccflux.Receiver.Platform.Jobs;

namespace Ccflux.Receiver.Quota.Polling;

/// <summary>Asks each source at an interval which accounts there are, and reports how they differ from those that are polled.</summary>
internal sealed partial class AccountDiscovery : IDisposable
{
    private readonly IReadOnlyList<IPollSource> _sources;
    private readonly PolledAccounts _accounts;
    private readonly TimeSpan _interval;
    private readonly TimeProvider _time;
    private readonly ILogger<AccountDiscovery> _logger;
    private readonly KeyedScheduler<IPollSource> _looks;
    private Func<IPollSource, AccountChanges, Task> _changed = (_, _) => Task.CompletedTask;

    public AccountDiscovery(IEnumerable<IPollSource> sources, PolledAccounts accounts, QuotaIntervals intervals, TimeProvider time, ILogger<AccountDiscovery> logger)
    {
        _sources = [.. sources];
        _accounts = accounts;
        _interval = intervals.Discovery;
        _time = time;
        _logger = logger;
        _looks = new KeyedScheduler<IPollSource>(LookAsync, Failed, time);
    }

    /// <summary>How many sources are being asked.</summary>
    public int Running => _looks.Running;

    /// <summary>Completes when no source is being asked.</summary>
    public Task WhenIdleAsync() => _looks.WhenIdleAsync();

    /// <summary>Asks each source once, and then at the interval.</summary>
    /// <param name="changed">Called with the changes of a source, if there are any. They are reported again at the next look unless they were applied.</param>
    /// <param name="cancellationToken">Cancels the first look.</param>
    public async Task StartAsync(Func<IPollSource, AccountChanges, Task> changed, CancellationToken cancellationToken)
    {
        _changed = changed;
        foreach (var source in _sources)
        {
            try
            {
                await LookAsync(source, cancellationToken);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                Failed(source, exception);
            }

            _looks.Schedule(source, _time.GetUtcNow() + _interval);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => _looks.StopAsync(cancellationToken);

    public void Dispose() => _looks.Dispose();

    private async Task<DateTimeOffset?> LookAsync(IPollSource source, CancellationToken cancellationToken)
    {
        var found = AccountChanges.Between(_accounts.TargetsOf(source), await source.TargetsAsync(cancellationToken));
        if (!found.IsEmpty)
        {
            await _changed(source, found);
        }

        return _time.GetUtcNow() + _interval;
    }

    private DateTimeOffset? Failed(IPollSource source, Exception exception)
    {
        Log.LookFailed(_logger, exception);
        return _time.GetUtcNow() + _interval;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "Account discovery failed.")]
        public static partial void LookFailed(ILogger logger, Exception exception);
    }
}
