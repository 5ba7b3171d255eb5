using Ccflux.Receiver.Platform;
using Ccflux.Receiver.Platform.Calendar;
using Ccflux.Receiver.Usage;
using Ccflux.Receiver.Usage.Ledger;
using Ccflux.Receiver.Usage.Read.Days;
using Ccflux.Receiver.Usage.Retention;

namespace Ccflux.Receiver.Tests.Usage.Ledger;

/// <summary>The windows that pages show, against the documented rule applied to every single request.</summary>
public sealed class WindowPropertyTests
{
    private const int Days = 9;
    private const int Users = 500;

    [Theory]
    [InlineData("UTC")]
    [InlineData("Asia/Kolkata")]
    public async Task Windows_AreThoseOfTheRequests_AndStaySo_WhateverDaysAreRemoved(string zone)
    {
        await using var ledger = new LedgerUnderTest(zone);
        var calendar = new OrganisationCalendar(TimeZoneInfo.FindSystemTimeZoneById(zone));
        var requests = new Dictionary<long, List<LedgerRequest>>();
        for (var user = 1; user <= Users; user++)
        {
            ledger.ByHand($"INSERT INTO users (user_id, email, created_at) VALUES ({user}, 'u{user}@example.org', 0)");
            requests[user] = Requests(user);
            // In any order.
            foreach (var batch in requests[user].OrderBy(request => request.Key).Chunk(25))
            {
                await ledger.WriteAsync(user, batch);
            }
        }

        var expected = requests.SelectMany(of => ByTheRule(of.Key, of.Value)).ToLookup(window => calendar.DayOf(window.StartAt));
        var firstDay = calendar.DayOf(RandomReports.Epoch);
        Assert.True(expected.Sum(day => day.Count()) > Users * 5);
        for (var kept = firstDay; kept <= firstDay + Days; kept++)
        {
            foreach (var user in requests.Keys)
            {
                while ((await ledger.Writer.WriteAsync(session => RetentionJob.Remove(session, ledger.Ledger, user, calendar.StartOf(kept), keepActiveHours: true))).Value > 0)
                {
                }
            }

            for (var day = kept; day <= firstDay + Days; day++)
            {
                Assert.Equal(expected[day].OrderBy(window => window.User).ThenBy(window => window.StartAt), await ledger.WindowsAsync(day));
            }
        }

        Assert.Empty(await ledger.CheckAsync());
        Assert.Empty(ledger.Failures);
    }

    /// <summary>Requests of some days. Every tenth user works in every hour; the others rest for up to half an hour, three, eight or forty hours.</summary>
    private static List<LedgerRequest> Requests(int user)
    {
        var random = new RandomReports(user);
        var longest = user % 10 == 0 ? 59 : random.Pick(30, 3 * 60, 8 * 60, 40 * 60);
        var requests = new List<LedgerRequest>();
        var at = RandomReports.Epoch + random.Random.NextInt64(Days * UnixTime.Day / 2);
        while (at < RandomReports.Epoch + (Days * UnixTime.Day) && requests.Count < 300)
        {
            requests.Add(random.Request() with { Key = random.Random.NextInt64(), At = at, Session = RandomReports.Session(random.Random.Next(3)), Sources = RequestSources.Hook });
            at += random.Random.NextInt64(longest * 60_000);
        }

        return requests;
    }

    private static IEnumerable<WindowCell> ByTheRule(long user, IEnumerable<LedgerRequest> requests)
    {
        var open = new List<LedgerRequest>();
        var start = 0L;
        foreach (var request in requests)
        {
            if (open.Count > 0 && request.At >= start + (5 * UnixTime.Hour))
            {
                yield return Window(user, start, open);
                open.Clear();
            }

            start = open.Count > 0 ? start : request.At - (request.At % UnixTime.Hour);
            open.Add(request);
        }

        if (open.Count > 0)
        {
            yield return Window(user, start, open);
        }
    }

    private static WindowCell Window(long user, long start, IReadOnlyCollection<LedgerRequest> requests) => new(
        (int)user,
        start,
        requests.Max(request => request.At),
        0,
        requests.Select(request => request.Session).Distinct().Count(),
        new TokenSums(requests.Sum(request => request.Input), requests.Sum(request => request.Output), requests.Sum(request => request.CacheRead), requests.Sum(request => request.CacheWrite)));
}
