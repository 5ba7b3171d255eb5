namespace Ccflux.Receiver.Platform.Auth.CloudflareAccess;

/// <summary>Counts the gate's decisions since the start, for the page that shows them.</summary>
internal sealed class CloudflareAccessCounters(TimeProvider time)
{
    private long _passed;
    private long _refused;
    private long _lastPassed;

    public long Passed => Interlocked.Read(ref _passed);

    public long Refused => Interlocked.Read(ref _refused);

    public DateTimeOffset? LastPassed => Interlocked.Read(ref _lastPassed) is > 0 and var ticks ? new DateTimeOffset(ticks, TimeSpan.Zero) : null;

    public void Note(CloudflareAccessVerdict verdict)
    {
        if (verdict != CloudflareAccessVerdict.Valid)
        {
            Interlocked.Increment(ref _refused);
            return;
        }

        Interlocked.Increment(ref _passed);
        Interlocked.Exchange(ref _lastPassed, time.GetUtcNow().UtcTicks);
    }
}
