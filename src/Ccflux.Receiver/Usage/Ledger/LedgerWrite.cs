using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Usage.Ledger;

/// <summary>The writer's entry for <see cref="IncomingRequests"/>.</summary>
internal sealed class LedgerWrite(LedgerWriter ledger, IncomingRequests incoming, LedgerAllowances? allowances) : WriteEntry<LedgerResult>
{
    public override int Weight => Math.Max(1, incoming.Facts);

    protected override LedgerResult Write(WriteSession session) => ledger.Write(session, incoming, allowances);
}
