using Ccflux.Receiver.Fleet.Agents;
using Ccflux.Receiver.Fleet.Vault;
using FsCheck;
using FsCheck.Fluent;

namespace Ccflux.Receiver.Tests.Fleet;

/// <summary>The rules of the fleet together, over random histories.</summary>
public sealed class RuleFleetTests
{
    private const int Steps = 300;

    [Fact]
    public void AnyHistory_SpendsNoTokenTwice_AndGivesNoLoginToTwoHolders() => Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed =>
    {
        var fleet = new RuleFleet(seed);

        fleet.Run(Steps);

        Assert.Empty(fleet.Wrong);
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    [Fact]
    public void Histories_GiveLoginsRenewThemAndHandThemBack()
    {
        var fleets = Enumerable.Range(1, 50).Select(seed => new RuleFleet(seed)).ToList();

        fleets.ForEach(fleet => fleet.Run(Steps));

        Assert.All(
            new[] { fleets.Sum(fleet => fleet.Done.Given), fleets.Sum(fleet => fleet.Done.Renewed), fleets.Sum(fleet => fleet.Done.HandedBack) },
            done => Assert.True(done > fleets.Count, $"only {done} in {fleets.Count} histories"));
    }

    [Fact]
    public void Histories_InWhichARefreshIsNotSeen_SpendATokenTwice() =>
        Assert.Contains(WrongWhen(facts => facts with { IsRefreshing = false }), wrong => wrong.EndsWith("was spent twice", StringComparison.Ordinal));

    [Fact]
    public void Histories_InWhichTheHolderIsNotSeen_GiveALoginToTwoHolders() =>
        Assert.Contains(
            WrongWhen(facts => facts with { Account = facts.Account! with { Holder = Holder.Vault } }), wrong => wrong.EndsWith("config dirs", StringComparison.Ordinal));

    private static List<string> WrongWhen(Func<IssueFacts, IssueFacts> seen) => [.. Enumerable.Range(1, 200).SelectMany(seed =>
    {
        var fleet = new RuleFleet(seed, seen);
        fleet.Run(Steps);
        return fleet.Wrong;
    })];
}
