using System.Text.Json;
using Ccflux.Receiver.Fleet.Rotation;
using Ccflux.Receiver.Fleet.Switching;
using Ccflux.Receiver.Fleet.Vault;

namespace Ccflux.Receiver.Tests.Fleet;

/// <summary>What is stored as JSON has a fleet account's id as a number, as earlier versions stored it.</summary>
public sealed class FleetAccountIdTests
{
    [Fact]
    public void FiguresOfAnEvent_HaveItAsANumber()
    {
        var figures = new AccountFigures(new FleetAccountId(7), 1, null, 2, null, null, Stale: false);

        var happened = RotationEvent.Of(new ConfigDirDecision("dir", Verdict.Switch, RotationReason.InOrder, new FleetAccountId(8), From: figures), RotationEvent.Switched);

        Assert.StartsWith("""{"from":{"account":7,"five_hour":1,""", happened.Figures, StringComparison.Ordinal);
    }

    [Fact]
    public void JournaledAnswer_HasItAsANumber_AndIsReadBack()
    {
        var json = JsonSerializer.Serialize(new JournaledAnswer(new FleetAccountId(long.MaxValue), "uuid", "f", "intent", RuleFacts.Now, [1]));

        Assert.StartsWith("""{"AccountId":9223372036854775807,"Uuid":"uuid",""", json, StringComparison.Ordinal);
        Assert.Equal(new FleetAccountId(long.MaxValue), JsonSerializer.Deserialize<JournaledAnswer>(json)!.AccountId);
    }
}
