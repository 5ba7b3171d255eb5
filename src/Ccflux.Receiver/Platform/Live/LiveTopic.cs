namespace Ccflux.Receiver.Platform.Live;

/// <summary>Something that a page can watch, and the authorisation policy for it; null if it is public. A slice registers its own as a singleton.</summary>
internal sealed record LiveTopic(string Name, string? Policy);
