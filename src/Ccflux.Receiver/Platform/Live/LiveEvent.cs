namespace Ccflux.Receiver.Platform.Live;

/// <summary>"Topic changed": <paramref name="Version"/> counts the changes of all topics since <paramref name="Epoch"/>, the start of this process.</summary>
internal readonly record struct LiveEvent(string Topic, string Epoch, long Version)
{
    /// <summary>The event's id in the stream, for <c>Last-Event-ID</c>.</summary>
    public string Id => string.Create(CultureInfo.InvariantCulture, $"{Epoch}-{Version}");
}
