namespace Ccflux.Receiver.Platform.Live;

/// <summary>Something a page can watch, and the authorisation policy that whoever watches it must meet; null where it is open to all. A slice registers its own as a singleton.</summary>
internal sealed record LiveTopic(string Name, string? Policy);
