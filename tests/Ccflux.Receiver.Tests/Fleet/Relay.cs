using System.Net;
using System.Net.Sockets;

namespace Ccflux.Receiver.Tests.Fleet;

/// <summary>The one URL that agents know, in front of receivers that come and go: each new connection is forwarded to a live one.</summary>
internal sealed class Relay : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _ended = new();
    private readonly Task _accepting;
    private volatile Uri[] _targets;
    private int _next;

    public Relay(Uri first)
    {
        _targets = [first];
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public Uri Address => new($"http://{_listener.LocalEndpoint}");

    /// <summary>Used in turn; one that does not answer is skipped.</summary>
    public void Lead(params Uri[] targets) => _targets = targets;

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        _listener.Stop();
        await _accepting;
        _ended.Dispose();
    }

    private async Task AcceptAsync()
    {
        var carried = new List<Task>();
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_ended.Token);
                carried.RemoveAll(task => task.IsCompleted);
                carried.Add(CarryAsync(client));
            }
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException)
        {
            await Task.WhenAll(carried);
        }
    }

    private async Task CarryAsync(TcpClient client)
    {
        using var near = client;
        var targets = _targets;
        foreach (var target in Enumerable.Range(_next++, targets.Length).Select(i => targets[i % targets.Length]))
        {
            using var far = new TcpClient();
            try
            {
                await far.ConnectAsync(target.Host, target.Port, _ended.Token);
            }
            catch (SocketException)
            {
                continue; // it has just ended
            }

            using var half = CancellationTokenSource.CreateLinkedTokenSource(_ended.Token);
            var ways = new[] { CopyAsync(near, far, half.Token), CopyAsync(far, near, half.Token) };
            await Task.WhenAny(ways);
            await half.CancelAsync();
            await Task.WhenAll(ways);
            return;
        }
    }

    private static async Task CopyAsync(TcpClient from, TcpClient to, CancellationToken cancellationToken)
    {
        try
        {
            await from.GetStream().CopyToAsync(to.GetStream(), cancellationToken);
        }
        catch (Exception error) when (error is IOException or OperationCanceledException)
        {
            // Either end was killed, which is what this is for.
        }
    }
}
