using Ccflux.Lab.Rotation;

namespace Ccflux.Receiver.Tests.Fleet.Rotation;

/// <summary>A fortnight of an account whose size is known, as polls every half hour would have shown it.</summary>
internal static class RecordedHistory
{
    /// <param name="label">The account's label.</param>
    /// <param name="from">Midnight of the first day.</param>
    /// <param name="account">The true account.</param>
    /// <param name="perHour">Requests in each hour, every day.</param>
    /// <param name="fromHour">Included.</param>
    /// <param name="toHour">Not included.</param>
    public static (RecordedAccount Account, int[] Work) Play(string label, DateTimeOffset from, SimulatedAccount account, int perHour, int fromHour, int toHour)
    {
        var meter = new Meter(account, 0);
        var work = new int[Fortnight.Hours];
        var (fiveHour, sevenDay) = (new List<RecordedReading>(), new List<RecordedReading>());
        for (var hour = 0; hour < Fortnight.Hours; hour++)
        {
            for (var half = 0; half < 2; half++)
            {
                var at = (hour * SimulatedAccount.Hour) + (half * 1800);
                for (var request = half; hour % 24 >= fromHour && hour % 24 < toHour && request < perHour; request += 2)
                {
                    work[hour]++;
                    Assert.True(meter.TryUse(at), $"hour {hour} does not fit into the account");
                }

                var (seen, reading) = (from.AddSeconds(at + 1), meter.Show(at + 1));
                fiveHour.Add(new RecordedReading(seen, reading.FiveHour, reading.FiveHourReset == 0 ? null : from.AddSeconds(reading.FiveHourReset)));
                sevenDay.Add(new RecordedReading(seen, reading.SevenDay, from.AddSeconds(reading.SevenDayReset)));
            }
        }

        return (new RecordedAccount(label, fiveHour, sevenDay), work);
    }
}
