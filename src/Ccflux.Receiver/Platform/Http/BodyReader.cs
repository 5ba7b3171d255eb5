using System.Buffers;
using System.IO.Compression;
using Microsoft.AspNetCore.Http.Features;

namespace Ccflux.Receiver.Platform.Http;

/// <summary>The result of reading a body.</summary>
internal enum BodyStatus
{
    Read = 1,
    TooLarge = 2,
    NotGzip = 3,
    UnknownEncoding = 4,
}

/// <summary>Reads a request's body into rented memory, as sent and decompressed, each within the limit. Nothing beyond the limit is read or decompressed.</summary>
internal sealed class BodyReader : IDisposable
{
    private const int MaxDiscarded = 8 * 1024 * 1024;

    private byte[] _sent = [];
    private byte[]? _unpacked;
    private int _sentLength;
    private int _unpackedLength;

    private BodyReader(BodyStatus status) => Status = status;

    public BodyStatus Status { get; }

    /// <summary>The number of bytes in <see cref="SentBuffer"/> that are the body.</summary>
    public int SentLength => _sentLength;

    /// <summary>The body as sent, followed by the requested spare bytes.</summary>
    public byte[] SentBuffer => _sent;

    public ReadOnlySpan<byte> Content => _unpacked is null ? _sent.AsSpan(0, _sentLength) : _unpacked.AsSpan(0, _unpackedLength);

    /// <param name="request">The request.</param>
    /// <param name="limit">The maximum number of bytes, as sent and decompressed.</param>
    /// <param name="room">The number of spare bytes after the body as sent.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    public static async ValueTask<BodyReader> ReadAsync(HttpRequest request, int limit, int room, CancellationToken cancellationToken)
    {
        // The limit is enforced here, so that a body beyond it can still be answered.
        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = null;
        }

        if (request.ContentLength > limit)
        {
            await DiscardAsync(request, cancellationToken);
            return new BodyReader(BodyStatus.TooLarge);
        }

        var sent = ArrayPool<byte>.Shared.Rent((int)(request.ContentLength ?? Math.Min(limit, 4096)) + 1 + room);
        try
        {
            var (length, buffer) = await FillAsync(request.Body, sent, limit, room, cancellationToken);
            sent = buffer;
            if (length > limit)
            {
                await DiscardAsync(request, cancellationToken);
            }

            var body = Unpack(request, sent, length, limit);
            if (body.Status == BodyStatus.Read)
            {
                body._sent = sent;
                body._sentLength = length;
                sent = [];
            }

            return body;
        }
        finally
        {
            Return(sent);
        }
    }

    public void Dispose()
    {
        Return(_sent);
        Return(_unpacked ?? []);
        _sent = [];
        _unpacked = null;
    }

    /// <summary>Reads an oversized body to its end, within bounds: if it were answered while still sending, the client would see a
    /// broken connection instead of the answer.</summary>
    private static async Task DiscardAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(64 * 1024);
        try
        {
            var rest = MaxDiscarded;
            while (rest > 0 && await request.Body.ReadAsync(buffer, cancellationToken) is > 0 and var read)
            {
                rest -= read;
            }
        }
        finally
        {
            Return(buffer);
        }
    }

    private static async ValueTask<(int Length, byte[] Buffer)> FillAsync(Stream body, byte[] buffer, int limit, int room, CancellationToken cancellationToken)
    {
        var length = 0;
        while (true)
        {
            if (buffer.Length - room - length < 1)
            {
                var larger = ArrayPool<byte>.Shared.Rent(Math.Min(buffer.Length * 2, limit + 1 + room));
                buffer.AsSpan(0, length).CopyTo(larger);
                Return(buffer);
                buffer = larger;
            }

            // One byte more than allowed distinguishes a body that is too large from one that just fits.
            var read = await body.ReadAsync(buffer.AsMemory(length, Math.Min(buffer.Length - room, limit + 1) - length), cancellationToken);
            length += read;
            if (read == 0 || length > limit)
            {
                return (length, buffer);
            }
        }
    }

    private static BodyReader Unpack(HttpRequest request, byte[] sent, int length, int limit)
    {
        if (length > limit)
        {
            return new BodyReader(BodyStatus.TooLarge);
        }

        var encoding = request.Headers.ContentEncoding.ToString();
        if (encoding.Length == 0 || string.Equals(encoding, "identity", StringComparison.OrdinalIgnoreCase))
        {
            return new BodyReader(BodyStatus.Read);
        }

        return string.Equals(encoding, "gzip", StringComparison.OrdinalIgnoreCase)
            ? Gunzip(sent, length, limit)
            : new BodyReader(BodyStatus.UnknownEncoding);
    }

    private static BodyReader Gunzip(byte[] sent, int length, int limit)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(limit + 1);
        try
        {
            using var gzip = new GZipStream(new MemoryStream(sent, 0, length, writable: false), CompressionMode.Decompress);
            var unpacked = gzip.ReadAtLeast(buffer.AsSpan(0, limit + 1), limit + 1, throwOnEndOfStream: false);
            if (unpacked > limit)
            {
                return new BodyReader(BodyStatus.TooLarge);
            }

            var body = new BodyReader(BodyStatus.Read) { _unpacked = buffer, _unpackedLength = unpacked };
            buffer = [];
            return body;
        }
        catch (InvalidDataException)
        {
            return new BodyReader(BodyStatus.NotGzip);
        }
        finally
        {
            Return(buffer);
        }
    }

    private static void Return(byte[] buffer)
    {
        if (buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
