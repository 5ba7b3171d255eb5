namespace Ccflux.Receiver.Platform.Http;

/// <summary>How a request came.</summary>
internal enum Transport
{
    /// <summary>A trusted proxy says that the caller used TLS.</summary>
    ProxiedTls = 0,

    /// <summary>A trusted proxy says that the caller did not.</summary>
    ProxiedPlain = 1,

    /// <summary>TLS ended in this process.</summary>
    DirectTls = 2,

    /// <summary>Plain, from this machine.</summary>
    LocalPlain = 3,

    /// <summary>Plain, over a network.</summary>
    RemotePlain = 4,

    /// <summary>With forwarding headers from somebody who is not among TRUSTED_PROXIES; they were not believed.</summary>
    Unbelieved = 5,
}

/// <summary>How often requests came in each way since the start, and when last. A tally of its own, no log.</summary>
internal sealed class TransportStats(TimeProvider time)
{
    private const string OriginalFor = "X-Original-For";
    private const string OriginalProto = "X-Original-Proto";

    private static readonly int s_kinds = Enum.GetValues<Transport>().Length;

    private readonly long[] _counts = new long[s_kinds];
    private readonly long[] _lastTicks = new long[s_kinds];

    public long Count(Transport transport) => Interlocked.Read(ref _counts[(int)transport]);

    public DateTimeOffset? Last(Transport transport) =>
        Interlocked.Read(ref _lastTicks[(int)transport]) is > 0 and var ticks ? new DateTimeOffset(ticks, TimeSpan.Zero) : null;

    /// <summary>To be called once the forwarding headers were read.</summary>
    public void Note(HttpContext context)
    {
        var kind = (int)Of(context);
        Interlocked.Increment(ref _counts[kind]);
        Interlocked.Exchange(ref _lastTicks[kind], time.GetUtcNow().UtcTicks);
    }

    public static Transport Of(HttpContext context)
    {
        // The framework leaves what it replaced in these; a caller's own were taken away before.
        var headers = context.Request.Headers;
        if (headers.ContainsKey(OriginalFor) || headers.ContainsKey(OriginalProto))
        {
            return context.Request.IsHttps ? Transport.ProxiedTls : Transport.ProxiedPlain;
        }

        if (headers.ContainsKey("X-Forwarded-For") || headers.ContainsKey("X-Forwarded-Proto"))
        {
            return Transport.Unbelieved;
        }

        return context.Request.IsHttps ? Transport.DirectTls
            : context.Connection.RemoteIpAddress is { } address && System.Net.IPAddress.IsLoopback(address) ? Transport.LocalPlain
            : Transport.RemotePlain;
    }

    /// <summary>Takes away what only the framework may say.</summary>
    public static void Cleanse(IHeaderDictionary headers)
    {
        headers.Remove(OriginalFor);
        headers.Remove(OriginalProto);
    }
}
