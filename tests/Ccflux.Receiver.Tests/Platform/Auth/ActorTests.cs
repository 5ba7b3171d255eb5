using Ccflux.Receiver.Fleet.Store;
using Ccflux.Receiver.Platform.Auth;

namespace Ccflux.Receiver.Tests.Platform.Auth;

/// <summary>Who acts, and the text that logs store for it.</summary>
public sealed class ActorTests
{
    [Fact]
    public void StoredName_IsTheWordThatLogsAlreadyHold()
    {
        Assert.Equal("admin", Actor.BreakGlass("admin", "192.0.2.1").StoredName);
        Assert.Equal("viewer", Actor.BreakGlass("viewer", "192.0.2.1").StoredName);
        Assert.Equal("cli", Actor.Cli.StoredName);
        Assert.Equal("system", Actor.System.StoredName);
        Assert.Equal("switcher", FleetActor.Switcher.StoredName);
        Assert.Equal("agent", Actor.Agent("a1b2", "192.0.2.1").StoredName);
        Assert.Equal("anonymous", Actor.Anonymous("192.0.2.1").StoredName);
        Assert.Equal("amara@example.org", new Actor(ActorKind.Person, "17", "amara@example.org", "").StoredName);
    }

    [Fact]
    public void IsOfPeople_FollowsTheKindAndNotTheName()
    {
        Assert.True(new Actor(ActorKind.Person, "17", "agent", "").IsOfPeople);
        Assert.False(Actor.PartOfSystem("admin").IsOfPeople);
        Assert.False(Actor.Agent("admin", "").IsOfPeople);
        Assert.False(Actor.Anonymous("").IsOfPeople);
    }
}
