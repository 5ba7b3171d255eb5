using System.Text;
using Ccflux.Lab.Rotation;
using Ccflux.Receiver.Fleet.Rotation;

namespace Ccflux.Receiver.Tests.Fleet.Rotation;

public sealed class SimulationTests
{
    [Fact]
    public void Fortnights_AtRandom_EngineUsesMoreAndIsInterruptedLessThanPlainPolicies()
    {
        var totals = ComparisonTotals.Of(Comparison.Random(0, 16, RotationSettings.Default, CancellationToken.None));

        Assert.All(totals.Policies.Skip(1), plain => Assert.True(totals.Policies[0].CapacityUsed > plain.CapacityUsed, totals.ToText()));
        Assert.All(totals.Policies.Skip(1), plain => Assert.True(totals.Policies[0].Interruptions < plain.Interruptions, totals.ToText()));
        Assert.All(totals.Policies, policy => Assert.InRange(policy.OfBound, 0, 1));
        Assert.True(totals.MeanOfBound > 0.95, totals.ToText());
    }

    [Fact]
    public void Fortnight_TheSameSeed_IsTheSame()
    {
        var (one, other) = (Comparison.Of(7, RandomFortnight.Draw(7), RotationSettings.Default), Comparison.Of(7, RandomFortnight.Draw(7), RotationSettings.Default));

        Assert.Equal((one.Engine, one.StayUntilBlocked, one.MostLeftFirst, one.Bound), (other.Engine, other.StayUntilBlocked, other.MostLeftFirst, other.Bound));
    }

    [Fact]
    public void Fortnight_AnyPolicy_StaysBelowTheBoundAndLosesNoCapacity()
    {
        for (var seed = 100; seed < 104; seed++)
        {
            var compared = Comparison.Of(seed, RandomFortnight.Draw(seed), RotationSettings.Default);

            Assert.All([compared.Engine, compared.StayUntilBlocked, compared.MostLeftFirst], outcome =>
            {
                Assert.True(outcome.Used <= compared.Bound);
                Assert.Equal(outcome.Requests, outcome.Used + outcome.Interruptions);
                Assert.True(outcome.Used + outcome.Perished <= compared.Fortnight.Capacity);
            });
        }
    }

    [Fact]
    public void Bound_OfOneAccount_IsItsWindows()
    {
        var week = Scripted("""{"accounts":[{"five_hour":1000,"seven_day":500,"resets_at_hour":100,"used":200}],"demand":[{"config_dir":0,"days":[0,1,2,3,4,5,6],"from_hour":0,"to_hour":24,"requests_per_hour":100}]}""");
        var hours = Scripted("""{"accounts":[{"five_hour":30,"seven_day":5000,"resets_at_hour":168}],"demand":[{"config_dir":0,"days":[1],"from_hour":9,"to_hour":10,"requests_per_hour":100}]}""");

        Assert.Equal(300 + 500, UpperBound.Of(week));
        Assert.Equal(30, UpperBound.Of(hours));
    }

    [Fact]
    public void Fortnight_ScriptedWithRoom_IsServedWhole()
    {
        var fortnight = Scripted("""{"accounts":[{"five_hour":300,"seven_day":2400,"resets_at_hour":30},{"five_hour":300,"seven_day":2400,"resets_at_hour":90}],"demand":[{"config_dir":0,"days":[0,1,2,3,4],"from_hour":9,"to_hour":17,"requests_per_hour":40,"call_seconds":20}]}""");

        var outcome = FortnightRun.Of(fortnight, new EnginePolicy(fortnight, RotationSettings.Default));

        Assert.Equal((5 * 8 * 40, 0), (outcome.Used, outcome.Interruptions));
    }

    /// <summary>The two fortnights of docs/development/fleet-simulation.md with the same past: whatever serves the first request, a plain policy does better in one of them.</summary>
    [Fact]
    public void Fortnights_WithTheSamePast_AreEachWonByAnotherPlainPolicy()
    {
        var busyAfternoon = AfterOneRequest("""{"config_dir":0,"days":[0],"from_hour":13,"to_hour":15,"requests_per_hour":2000}""");
        var busyWeek = AfterOneRequest("""{"config_dir":0,"days":[1,2,3,4,5],"from_hour":0,"to_hour":24,"requests_per_hour":60}""");

        Assert.Equal((200, 250), (busyAfternoon.StayUntilBlocked.Used, busyAfternoon.MostLeftFirst.Used));
        Assert.Equal((601, 600), (busyWeek.StayUntilBlocked.Used, busyWeek.MostLeftFirst.Used));
        Assert.True(busyAfternoon.IsBeaten || busyWeek.IsBeaten);

        static Comparison AfterOneRequest(string rest) => Comparison.Of(0, Scripted($$"""
            {"accounts":[{"five_hour":50,"seven_day":200,"resets_at_hour":10,"used":180},{"five_hour":100,"seven_day":400,"resets_at_hour":168}],
             "demand":[{"config_dir":0,"days":[0],"from_hour":9,"to_hour":10,"requests_per_hour":1},{{rest}}]}
            """), RotationSettings.Default);
    }

    [Theory]
    [InlineData("[]", "not as")]
    [InlineData("""{"accounts":[],"demand":[]}""", "accounts: 1 to")]
    [InlineData("""{"accounts":[null],"demand":[]}""", "five_hour")]
    [InlineData("""{"accounts":[{"five_hour":1,"seven_day":1,"resets_at_hour":169}],"demand":[]}""", "resets_at_hour")]
    [InlineData("""{"accounts":[{"five_hour":1,"seven_day":1,"resets_at_hour":9}],"demand":[]}""", "demand: 1 to")]
    [InlineData("""{"accounts":[{"five_hour":1,"seven_day":1,"resets_at_hour":9}],"demand":[{"config_dir":0,"days":[14],"from_hour":1,"to_hour":2,"requests_per_hour":1}]}""", "days")]
    [InlineData("""{"account":1}""", "not as")]
    public void Scenario_Wrong_NamesTheFieldAndTheLimit(string json, string named)
    {
        Assert.Null(ScriptedFortnight.Parse(Encoding.UTF8.GetBytes(json), out var fault));
        Assert.Contains(named, fault, StringComparison.Ordinal);
    }

    private static Fortnight Scripted(string json) => ScriptedFortnight.Parse(Encoding.UTF8.GetBytes(json), out var fault) ?? throw new InvalidOperationException(fault);
}
