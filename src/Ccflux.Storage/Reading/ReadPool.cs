using System.Collections.Concurrent;

namespace Ccflux.Storage.Reading;

/// <summary>A bounded number of reading connections, opened when first needed.</summary>
internal sealed class ReadPool(Func<ReadConnection> open, int size) : IDisposable
{
    private readonly SemaphoreSlim _free = new(size);
    private readonly ConcurrentBag<ReadConnection> _idle = [];

    public async Task<ReadConnection> TakeAsync(CancellationToken cancellationToken)
    {
        await _free.WaitAsync(cancellationToken);
        try
        {
            return _idle.TryTake(out var idle) ? idle : open();
        }
        catch
        {
            _free.Release();
            throw;
        }
    }

    public void Return(ReadConnection connection)
    {
        if (connection.EndSnapshot())
        {
            _idle.Add(connection);
        }
        else
        {
            connection.Dispose();
        }

        _free.Release();
    }

    /// <summary>Closes the connections that are not in use; the next read opens one again.</summary>
    public void CloseIdle()
    {
        while (_idle.TryTake(out var connection))
        {
            connection.Dispose();
        }
    }

    public void Dispose()
    {
        CloseIdle();
        _free.Dispose();
    }
}
