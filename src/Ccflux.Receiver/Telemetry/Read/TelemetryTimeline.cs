using Ccflux.Receiver.Telemetry.Read.Cells;
using Ccflux.Receiver.Telemetry.Read.Views;

namespace Ccflux.Receiver.Telemetry.Read;

/// <summary>Builds the timeline of a period: by hour if it is short, otherwise by day; empty hours and days are included.</summary>
internal static class TelemetryTimeline
{
    /// <summary>People with their own line in the chart by user.</summary>
    private const int Lines = 6;

    public static IReadOnlyList<TimePoint> Build(IReadOnlyList<TimeSums> times, PeopleDirectory directory, TelemetryFilter filter)
    {
        var length = filter.IsHourly ? UnixTime.Hour : UnixTime.Day;
        return
        [
            .. times.Select(time => new TimePoint(
                UnixTime.At(time.Time * length),
                time.Models.Values.Aggregate(default(RequestSum), (sum, each) => sum + each).ToTotals(),
                [.. time.Models.Select(model => new ModelTotals(directory.Name(model.Key), model.Value.ToTotals()))],
                time.RequestP95,
                time.ToolP95,
                time.CliMs,
                time.UserMs,
                time.Sessions,
                time.Conversations)),
        ];
    }

    /// <summary>The heaviest people, and all others together without a name.</summary>
    public static IReadOnlyList<UserLine> Users(TelemetryPeriodSums sums)
    {
        var people = sums.People.Values
            .Select(person => (person.Person.Name, person.Tokens, Sum: person.Tokens.SaturatingSum()))
            .Where(person => person.Sum > 0)
            .OrderByDescending(person => person.Sum).ThenBy(person => person.Name, StringComparer.Ordinal)
            .ToList();
        var others = new long[sums.Times.Count];
        foreach (var (_, tokens, _) in people.Skip(Lines))
        {
            for (var place = 0; place < tokens.Length; place++)
            {
                others[place] = Saturating.Add(others[place], tokens[place]);
            }
        }

        var lines = people.Take(Lines).Select(person => new UserLine(person.Name, person.Tokens));
        return people.Count > Lines ? [.. lines, new UserLine("", others)] : [.. lines];
    }
}
