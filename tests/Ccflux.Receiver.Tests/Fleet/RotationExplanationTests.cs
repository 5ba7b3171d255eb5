using Ccflux.Receiver.Fleet.Read;
using Ccflux.Receiver.Fleet.Rotation;

namespace Ccflux.Receiver.Tests.Fleet;

/// <summary>The page's explanation of rotation matches the rule.</summary>
public sealed class RotationExplanationTests
{
    [Fact]
    public void Words_FollowEverySetting()
    {
        var settings = new RotationSettings
        {
            FiveHourCeiling = 71,
            SevenDayCeiling = 97,
            FiveHourCool = 53,
            FiveHourHorizon = TimeSpan.FromMinutes(4),
            SevenDayHorizon = TimeSpan.FromMinutes(11),
            EntryHorizons = 3,
            SoonerBy = TimeSpan.FromMinutes(44),
            Cooldown = TimeSpan.FromMinutes(6),
            LeastRest = TimeSpan.FromMinutes(2),
            Tick = TimeSpan.FromSeconds(33),
            Stale = TimeSpan.FromMinutes(16),
            SoonestFirstWithin = TimeSpan.FromHours(17),
            MoreUrgentBy = 1.45,
        };

        var text = string.Join(' ', RotationExplanation.Of(settings).Select(part => part.Text));

        foreach (var figure in new[] { "71 %", "97 %", "53 %", "4 minutes", "11 minutes", "3 times", "44 minutes", "6 minutes", "2 minutes is enough", "33 seconds", "16 minutes", "17 hours", "45 %" })
        {
            Assert.Contains(figure, text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Words_WhereTheSoonestAlwaysGoesFirst_SayJustThat()
    {
        var order = RotationExplanation.Of(new RotationSettings { SoonestFirstWithin = TimeSpan.FromDays(7) })[0].Text;

        Assert.StartsWith("The account whose weekly window resets soonest is used first, up to 100 %", order, StringComparison.Ordinal);
    }

    [Fact]
    public void Words_OfTheDefaults_AreThoseOfTheDesign()
    {
        var words = RotationExplanation.Of(RotationSettings.Default).ToDictionary(part => part.Name, part => part.Text, StringComparer.Ordinal);

        Assert.Contains("within 10 minutes", words["7d"], StringComparison.Ordinal);
        Assert.Contains("At 80 % the next account takes over until this one has cooled to 60 %", words["5h"], StringComparison.Ordinal);
        Assert.Contains("every 30 seconds", words["During a turn"], StringComparison.Ordinal);
    }
}
