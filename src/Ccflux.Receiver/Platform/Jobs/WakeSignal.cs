using System.Threading.Channels;

namespace Ccflux.Receiver.Platform.Jobs;

/// <summary>Asks a periodic loop to run now. Any number of signals before its next round cause only one.</summary>
internal class WakeSignal
{
    private readonly Channel<bool> _given = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    public void Give() => _given.Writer.TryWrite(true);

    /// <summary>Waits until a signal was given that has not been taken.</summary>
    public async Task WaitAsync(CancellationToken cancellationToken) => await _given.Reader.WaitToReadAsync(cancellationToken);

    public void Take() => _given.Reader.TryRead(out _);
}
