using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Quota.Store;

/// <summary>Writes the readings of a poll and the new state of polling in one transaction.</summary>
internal sealed class PollWrite(QuotaAccountId accountId, string source, IReadOnlyList<Reading> readings, PollState state, DateTimeOffset next) : WriteEntry<int>
{
    public override int Weight => 1 + readings.Count;

    protected override int Write(WriteSession session)
    {
        PolledAccountStore.SavePoll(session, accountId, state, next);
        return ReadingWriter.Write(session, accountId, source, readings);
    }
}
