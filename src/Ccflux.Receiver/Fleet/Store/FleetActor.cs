using Ccflux.Receiver.Platform.Auth;

namespace Ccflux.Receiver.Fleet.Store;

/// <summary>The part of the receiver that renews logins and gives them to agents.</summary>
internal static class FleetActor
{
    public static Actor Switcher { get; } = Actor.PartOfSystem("switcher");
}
