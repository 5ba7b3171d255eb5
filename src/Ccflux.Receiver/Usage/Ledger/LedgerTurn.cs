using System.Runtime.InteropServices;
using Ccflux.Contracts.Usage;

namespace Ccflux.Receiver.Usage.Ledger;

/// <summary>A turn, as far as its reports tell.</summary>
/// <param name="Key">A key of <see cref="LedgerKey"/>; unique for a user.</param>
/// <param name="Session">Key of its session.</param>
/// <param name="Started">Epoch milliseconds.</param>
/// <param name="Ended">Epoch milliseconds.</param>
/// <param name="Outcome">One of <see cref="TurnOutcome"/>.</param>
/// <param name="IsLegacy">Reported by ccflux 0.1, which knew neither start nor outcome.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct LedgerTurn(long Key, long Session, long Started, long Ended, string Outcome, bool IsLegacy = false)
{
    /// <summary>Makes one turn of two reports of it, as <see cref="RequestMerge"/> does with requests: the earliest start, the latest end and its outcome. A fork's
    /// copy belongs to the smallest of the sessions.</summary>
    public static LedgerTurn Merge(in LedgerTurn a, in LedgerTurn b)
    {
        var order = a.Ended.CompareTo(b.Ended);
        order = order != 0 ? order : Rank(a.Outcome).CompareTo(Rank(b.Outcome));
        var last = order >= 0 ? a : b;
        return last with
        {
            Session = (long)Math.Min((ulong)a.Session, (ulong)b.Session),
            Started = Math.Min(a.Started, b.Started),
        };
    }

    /// <summary>At the same end a failure is the surest knowledge: it has a row of its own. An answer is next.</summary>
    private static int Rank(string outcome) => outcome switch
    {
        TurnOutcome.Failed => 3,
        TurnOutcome.Interrupted => 2,
        _ => 1,
    };
}
