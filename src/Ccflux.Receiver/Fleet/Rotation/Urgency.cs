using System.Runtime.InteropServices;

namespace Ccflux.Receiver.Fleet.Rotation;

/// <summary>
/// An account's place in the order of use: the smaller, the sooner.
/// <para>What is left of a week is lost when it ends. Shortly before that, the account whose week ends soonest comes first, whatever it has left. Before
/// then it is the one that loses most by waiting: the least time per percent left. So of two with the same amount left, the one whose week ends
/// sooner comes first, and one that is nearly used up is saved for hours in which many are needed. Unknown ends come after known ones.</para>
/// </summary>
/// <param name="Rank">0: the week ends soon. 1: it ends later. 2: its end is unknown.</param>
/// <param name="Value">Hours to the end; for rank 1, hours per percent left.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Urgency(int Rank, double Value)
{
    /// <summary>The more room in the 5-hour window, the sooner. This is the weight that even a full window has.</summary>
    private const double LeastRoom = 60;

    public static Urgency Of(AccountState account, RotationSettings settings, DateTimeOffset now)
    {
        if (account.SevenDay is not { ResetsAt: { } reset } week || reset <= now || week.IsStale(settings, now))
        {
            return new(2, account.Id.Value);
        }

        var hours = (reset - now).TotalHours;
        var left = Math.Max(0.5, 100 - week.UsedPercent);
        var room = (100 - AccountFitness.Used(account.FiveHour, now) + LeastRoom) / 100;
        return reset - now <= settings.SoonestFirstWithin ? new(0, hours) : new(1, hours / left / room);
    }

    /// <summary>Whether it comes before <paramref name="other"/> by enough to be worth a switch.</summary>
    public bool IsWellBefore(Urgency other, RotationSettings settings) => Rank != other.Rank ? Rank < other.Rank : Rank switch
    {
        0 => Value + settings.SoonerBy.TotalHours <= other.Value,
        1 => Value * settings.MoreUrgentBy <= other.Value,
        _ => false,
    };

    public bool IsBefore(Urgency other) => Rank != other.Rank ? Rank < other.Rank : Value < other.Value;
}
