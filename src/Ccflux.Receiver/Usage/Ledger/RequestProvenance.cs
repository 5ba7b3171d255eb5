namespace Ccflux.Receiver.Usage.Ledger;

/// <summary>Who reported a request and who knew what of it, as one stored number: two bits each for sources, names, split and session, then whether it is final.</summary>
internal static class RequestProvenance
{
    private const int NamedShift = 2;
    private const int SplitShift = 4;
    private const int RankShift = 6;
    private const int FinalShift = 8;
    private const int TwoBits = 3;

    public static int Pack(in LedgerRequest request) =>
        (int)request.Sources
        | ((int)request.NamedBy << NamedShift)
        | ((int)request.SplitBy << SplitShift)
        | ((int)request.SessionRank << RankShift)
        | (request.IsFinal ? 1 << FinalShift : 0);

    public static RequestSources Sources(int provenance) => (RequestSources)(provenance & TwoBits);

    public static RequestSources NamedBy(int provenance) => (RequestSources)((provenance >> NamedShift) & TwoBits);

    public static RequestSources SplitBy(int provenance) => (RequestSources)((provenance >> SplitShift) & TwoBits);

    public static SessionRank SessionRank(int provenance) => (SessionRank)((provenance >> RankShift) & TwoBits);

    public static bool IsFinal(int provenance) => (provenance & (1 << FinalShift)) != 0;
}
