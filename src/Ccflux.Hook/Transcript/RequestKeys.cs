using System.Buffers.Binary;
using Ccflux.Contracts.Usage;

namespace Ccflux.Hook.Transcript;

/// <summary>Makes the identity of a request from its ids: <see cref="LedgerKey"/> for reports; for totals that never leave this machine the same with a hash that takes a tenth
/// of the time.</summary>
/// <param name="reports">Whether the keys are for reports.</param>
internal sealed class RequestKeys(bool reports)
{
    public static RequestKeys ForReports { get; } = new(reports: true);

    public static RequestKeys ForTotals { get; } = new(reports: false);

    public bool AreForReports => reports;

    public long OfRequest(ReadOnlySpan<byte> requestId) => reports ? LedgerKey.OfRequest(requestId) : Fast("q"u8, requestId);

    public long OfMessage(ReadOnlySpan<byte> messageId, ReadOnlySpan<byte> precedingUuid) =>
        reports ? LedgerKey.OfMessage(messageId, precedingUuid) : (long)IdHash.Of([(ulong)Fast("m"u8, messageId), (ulong)Fast("p"u8, precedingUuid)]);

    public long OfRow(ReadOnlySpan<byte> uuid) => reports ? LedgerKey.OfRow(uuid) : Fast("r"u8, uuid);

    public long OfAdvisor(long request, int index)
    {
        if (reports)
        {
            return LedgerKey.OfAdvisor(request, index);
        }

        Span<byte> parent = stackalloc byte[12];
        BinaryPrimitives.WriteInt64LittleEndian(parent, request);
        BinaryPrimitives.WriteInt32LittleEndian(parent[8..], index);
        return Fast("a"u8, parent);
    }

    private static long Fast(ReadOnlySpan<byte> kind, ReadOnlySpan<byte> id) => (long)IdHash.Of(kind, id);
}
