using Ccflux.Receiver.Platform.Auth;

namespace Ccflux.Receiver.Platform.Live;

/// <summary>Something that a page can watch, and the permission that it needs; null if it is public. A slice registers its own as a singleton.</summary>
internal sealed record LiveTopic(string Name, Permission? Permission);
