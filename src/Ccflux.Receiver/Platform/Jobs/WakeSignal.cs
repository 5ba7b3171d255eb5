using System.Threading.Channels;

namespace Ccflux.Receiver.Platform.Jobs;

/// <summary>Has work that comes round by the clock come round now. Any number of nudges before that round are one.</summary>
internal class WakeSignal
{
    private readonly Channel<bool> _given = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    public void Give() => _given.Writer.TryWrite(true);

    /// <summary>Until one was given that was not taken yet.</summary>
    public async Task WaitAsync(CancellationToken cancellationToken) => await _given.Reader.WaitToReadAsync(cancellationToken);

    public void Take() => _given.Reader.TryRead(out _);
}
