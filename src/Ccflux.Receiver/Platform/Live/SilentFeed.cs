namespace Ccflux.Receiver.Platform.Live;

/// <summary>Stands in until the live bus of the platform does.</summary>
internal sealed class SilentFeed : IChangeFeed
{
    public void Publish(string topic)
    {
    }
}
