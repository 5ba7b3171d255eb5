using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using ZstdSharp;
using ZstdSharp.Unsafe;

namespace Ccflux.Receiver.Telemetry.Receive;

/// <summary>A message in memory, decompressed, within the limit and the budget. Nothing beyond either is read or decompressed.</summary>
internal sealed class OtlpBody : IDisposable
{
    /// <summary>Larger buffers are not pooled: the pool would round them up to powers of two and keep some per thread, outside the budget.</summary>
    private const int LargestPooled = 1 << 20;

    /// <summary>Bytes reserved before any have arrived. Beyond that a message uses about twice what has arrived of it, whatever length it announces.</summary>
    private const int FirstBuffer = 16 * 1024;

    /// <summary>How far zstd may look back: 8 MiB, as its encoders do at all but their slowest levels.</summary>
    private const int ZstdWindowLog = 23;

    private OtlpBody(OtlpOutcome? refusal) => Refusal = refusal;

    public static OtlpBody Refused(OtlpOutcome refusal) => new(refusal);

    /// <summary>Why there is no message; null if there is one.</summary>
    public OtlpOutcome? Refusal { get; }

    public byte[] Buffer { get; private set; } = [];

    public int Length { get; private set; }

    /// <param name="stream">Read to its end.</param>
    /// <param name="announced">The length that the sender announces, if any.</param>
    /// <param name="packing">How the message is compressed.</param>
    /// <param name="limit">The most bytes, as sent and decompressed.</param>
    /// <param name="lease">Accounts for what is read.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    public static async ValueTask<OtlpBody> ReadAsync(
        Stream stream, long? announced, OtlpPacking packing, int limit, MemoryLease lease, CancellationToken cancellationToken)
    {
        if (announced > limit)
        {
            return new OtlpBody(OtlpOutcome.TooLarge(limit));
        }

        var body = new OtlpBody(refusal: null);
        try
        {
            if (await body.FillAsync(stream, (int)Math.Min(announced ?? FirstBuffer, FirstBuffer) + 1, (int)(announced ?? limit) + 1, limit, lease, cancellationToken) is { } refusal)
            {
                body.Dispose();
                return new OtlpBody(refusal);
            }

            return packing == OtlpPacking.None ? body : await UnpackAsync(body, packing, limit, lease, cancellationToken);
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        GiveBack(Buffer);
        Buffer = [];
        Length = 0;
    }

    /// <summary>Gzip ends with the length of its contents. It is believed up to what deflate can compress: a hint for the first buffer, which grows if the hint is wrong.</summary>
    private static int LengthStatedByGzip(OtlpBody packed, int limit)
    {
        const int MaxRatio = 1032;
        var stated = packed.Length < sizeof(uint) ? 0 : BinaryPrimitives.ReadUInt32LittleEndian(packed.Buffer.AsSpan(packed.Length - sizeof(uint)));
        return (int)Math.Min(stated, Math.Min(packed.Length * (long)MaxRatio, limit));
    }

    private static byte[] Take(int size) => size <= LargestPooled ? ArrayPool<byte>.Shared.Rent(size) : GC.AllocateUninitializedArray<byte>(size);

    private static void GiveBack(byte[] buffer)
    {
        if (buffer.Length is > 0 and <= LargestPooled)
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static async ValueTask<OtlpBody> UnpackAsync(OtlpBody packed, OtlpPacking packing, int limit, MemoryLease lease, CancellationToken cancellationToken)
    {
        using (packed)
        {
            if (packing == OtlpPacking.Zstd && !lease.TryReserve(1L << ZstdWindowLog))
            {
                return new OtlpBody(OtlpOutcome.Busy);
            }

            var body = new OtlpBody(refusal: null);
            try
            {
                await using var unpacking = Unpacking(packed, packing);
                var first = packing == OtlpPacking.Gzip ? LengthStatedByGzip(packed, limit) : Math.Min(packed.Length, limit);
                if (await body.FillAsync(unpacking, first + 1, limit + 1, limit, lease, cancellationToken) is { } refusal)
                {
                    body.Dispose();
                    return new OtlpBody(refusal);
                }

                return body;
            }
            catch (Exception exception) when (exception is InvalidDataException or ZstdException or EndOfStreamException)
            {
                body.Dispose();
                return new OtlpBody(OtlpOutcome.NotUnpacked);
            }
            finally
            {
                lease.EndReserve();
            }
        }
    }

    private static Stream Unpacking(OtlpBody packed, OtlpPacking packing)
    {
        var stream = new MemoryStream(packed.Buffer, 0, packed.Length, writable: false);
        if (packing == OtlpPacking.Gzip)
        {
            return new GZipStream(stream, CompressionMode.Decompress);
        }

        var zstd = new DecompressionStream(stream);
        zstd.SetParameter(ZSTD_dParameter.ZSTD_d_windowLogMax, ZstdWindowLog);
        return zstd;
    }

    /// <param name="stream">Read to its end.</param>
    /// <param name="first">Size of the first buffer in bytes.</param>
    /// <param name="expected">Bytes that suffice if the sender's length is correct: the buffer grows to this size before it grows further.</param>
    /// <param name="limit">The most bytes.</param>
    /// <param name="lease">Accounts for the buffer.</param>
    /// <param name="cancellationToken">Cancels the reading.</param>
    private async ValueTask<OtlpOutcome?> FillAsync(Stream stream, int first, int expected, int limit, MemoryLease lease, CancellationToken cancellationToken)
    {
        // Each stage counts in addition to what the lease already accounts for: the compressed message stays until it is decompressed.
        var before = lease.Held;
        if (!lease.TryHold(before + first))
        {
            return OtlpOutcome.Busy;
        }

        Buffer = Take(first);
        while (true)
        {
            // One byte more than allowed distinguishes a message that is too large from one that just fits.
            var read = await stream.ReadAsync(Buffer.AsMemory(Length, Math.Min(Buffer.Length, limit + 1) - Length), cancellationToken);
            Length += read;
            if (read == 0)
            {
                return null;
            }

            if (Length > limit)
            {
                return OtlpOutcome.TooLarge(limit);
            }

            if (Length == Buffer.Length && !TryGrow(before, Length < expected ? expected : limit + 1, lease))
            {
                return OtlpOutcome.Busy;
            }
        }
    }

    private bool TryGrow(long before, int most, MemoryLease lease)
    {
        // Never grow to slightly less than the maximum: the buffer would have to grow again for the rest.
        var size = Buffer.Length * 2L > most - (most / 8) ? most : Buffer.Length * 2;
        if (!lease.TryHold(before + Buffer.Length + size))
        {
            return false;
        }

        var larger = Take(size);
        Buffer.AsSpan(0, Length).CopyTo(larger);
        GiveBack(Buffer);
        Buffer = larger;
        return lease.TryHold(before + size);
    }
}
