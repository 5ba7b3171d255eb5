namespace Ccflux.Receiver.Platform.Http;

/// <summary>How a request arrived.</summary>
internal enum Transport
{
    /// <summary>A trusted proxy reports that the caller used TLS.</summary>
    ProxiedTls = 0,

    /// <summary>A trusted proxy reports that the caller did not.</summary>
    ProxiedPlain = 1,

    /// <summary>TLS was terminated in this process.</summary>
    DirectTls = 2,

    /// <summary>Plain HTTP, from this machine.</summary>
    LocalPlain = 3,

    /// <summary>Plain HTTP, over a network.</summary>
    RemotePlain = 4,

    /// <summary>With forwarding headers from a sender that is not in TRUSTED_PROXIES; they were ignored.</summary>
    Unbelieved = 5,
}

/// <summary>Counts how often requests arrived in each way since the start, and when last. Counters only, no log.</summary>
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

    /// <summary>Must be called after the forwarding headers were processed.</summary>
    public void Note(HttpContext context)
    {
        var kind = (int)Of(context);
        Interlocked.Increment(ref _counts[kind]);
        Interlocked.Exchange(ref _lastTicks[kind], time.GetUtcNow().UtcTicks);
    }

    public static Transport Of(HttpContext context)
    {
        // The framework stores the replaced values in these headers; a caller's own were removed before.
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

    /// <summary>Removes headers that only the framework may set.</summary>
    public static void Cleanse(IHeaderDictionary headers)
    {
        headers.Remove(OriginalFor);
        headers.Remove(OriginalProto);
    }
}
