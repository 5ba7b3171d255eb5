namespace Ccflux.Storage.Reading;

/// <summary>
/// Reading connections: a few, kept open, each for one caller at a time. They see the last commit and cannot change anything. Requests,
/// background work and what must always answer (authentication, health) have separate readers, so that none waits for another kind.
/// </summary>
public sealed class ReadSessions : IDisposable
{
    /// <summary>Maximum number of concurrent reads of requests.</summary>
    public const int MaxRequests = 4;

    /// <summary>How many of these one caller may use.</summary>
    public const int MaxOfCaller = 2;

    /// <summary>How many of these all callers without privilege may use together: one is left for the others.</summary>
    public const int MaxUnprivileged = MaxRequests - 1;

    /// <summary>Further reads of one caller that may wait; any more are refused at once.</summary>
    public const int MaxWaitingOfCaller = 32;

    private const int MaxBackground = 2;
    private const int MaxUrgent = 2;
    private const int CacheKilobytes = 8192;
    private const int UrgentCacheKilobytes = 1024;

    private readonly ReadPool _requests;
    private readonly ReadPool _background;
    private readonly ReadPool _urgent;
    private readonly SemaphoreSlim _unprivileged = new(MaxUnprivileged);
    private readonly Dictionary<string, CallerShare> _callers = new(StringComparer.Ordinal);

    /// <param name="open">Opens a connection with a page cache of the given size in kilobytes.</param>
    public ReadSessions(Func<int, ReadConnection> open)
    {
        _requests = new ReadPool(() => open(CacheKilobytes), MaxRequests);
        _background = new ReadPool(() => open(CacheKilobytes), MaxBackground);
        _urgent = new ReadPool(() => open(UrgentCacheKilobytes), MaxUrgent);
    }

    /// <summary>Waits for a free connection; disposing the session returns it. Within a <see cref="ReadScope"/> it counts against the
    /// caller's share, and its reads end with the scope.</summary>
    /// <exception cref="ReadRefusedException">The scope ended, or too many of the caller's reads are waiting.</exception>
    public async Task<ReadSession> OpenAsync(CancellationToken cancellationToken)
    {
        if (ReadScope.Current is not { } scope)
        {
            return new ReadSession(_background, await _background.TakeAsync(cancellationToken), null, default);
        }

        var share = Join(scope.Caller);
        var waitingForCaller = true;
        var (ofCaller, unprivileged) = (false, false);
        void Leave()
        {
            Release(unprivileged ? _unprivileged : null);
            Release(ofCaller ? share.Free : null);
            Part(scope.Caller, share);
        }

        using var ended = CancellationTokenSource.CreateLinkedTokenSource(scope.Ended, cancellationToken);
        try
        {
            await share.Free.WaitAsync(ended.Token);
            ofCaller = true;
            waitingForCaller = false;
            if (!scope.IsPrivileged)
            {
                await _unprivileged.WaitAsync(ended.Token);
                unprivileged = true;
            }

            return new ReadSession(_requests, await _requests.TakeAsync(ended.Token), Leave, scope.Ended);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            Leave();
            throw new ReadRefusedException(waitingForCaller ? ReadRefusal.CallerBusy : ReadRefusal.Busy);
        }
        catch
        {
            Leave();
            throw;
        }
    }

    /// <summary>Opens a session for a look-up that everything else waits for, such as the owner of a token. Only for statements that an index
    /// answers at once.</summary>
    public async Task<ReadSession> OpenUrgentAsync(CancellationToken cancellationToken) =>
        new(_urgent, await _urgent.TakeAsync(cancellationToken), null, default);

    /// <summary>Closes the connections that are not in use, each with its page cache of up to 8 MiB. The next read opens one again.</summary>
    public void CloseIdle()
    {
        _requests.CloseIdle();
        _background.CloseIdle();
        _urgent.CloseIdle();
    }

    public void Dispose()
    {
        _requests.Dispose();
        _background.Dispose();
        _urgent.Dispose();
        _unprivileged.Dispose();
    }

    private static void Release(SemaphoreSlim? semaphore) => semaphore?.Release();

    private CallerShare Join(string caller)
    {
        lock (_callers)
        {
            if (!_callers.TryGetValue(caller, out var share))
            {
                _callers[caller] = share = new CallerShare();
            }

            if (share.Reads >= MaxOfCaller + MaxWaitingOfCaller)
            {
                throw new ReadRefusedException(ReadRefusal.CallerBusy);
            }

            share.Reads++;
            return share;
        }
    }

    private void Part(string caller, CallerShare share)
    {
        lock (_callers)
        {
            if (--share.Reads == 0)
            {
                _callers.Remove(caller);
                share.Free.Dispose();
            }
        }
    }

    /// <summary>The running and waiting reads of one caller. Kept only while there are any.</summary>
    private sealed class CallerShare
    {
        public SemaphoreSlim Free { get; } = new(MaxOfCaller);

        public int Reads { get; set; }
    }
}
