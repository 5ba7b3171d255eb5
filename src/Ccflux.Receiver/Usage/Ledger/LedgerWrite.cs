using Ccflux.Receiver.Identity.Erasure;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Usage.Ledger;

/// <summary>The writer's entry for <see cref="IncomingRequests"/>. Of a user who was erased since the report was admitted, it stores nothing.</summary>
internal sealed class LedgerWrite(LedgerWriter ledger, IncomingRequests incoming, LedgerAllowances? allowances) : WriteEntry<LedgerResult>
{
    public override int Weight => Math.Max(1, incoming.Facts);

    protected override LedgerResult Write(WriteSession session) =>
        Tombstones.IsErased(session, incoming.UserId) ? new LedgerResult(0, 0, 0) : ledger.Write(session, incoming, allowances);
}
