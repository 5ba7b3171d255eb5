namespace Ccflux.Receiver.Platform.Live;

/// <summary>Where a writer says that what it keeps has changed. Cheap enough to be called after every commit.</summary>
internal interface IChangeFeed
{
    /// <summary>Tells everyone who watches <paramref name="topic"/>, some milliseconds later and several calls at once.</summary>
    void Publish(string topic);
}
