namespace Ccflux.Receiver.Platform.Live;

/// <summary>Where a writer reports that its data has changed. Cheap enough to be called after every commit.</summary>
internal interface IChangeFeed
{
    /// <summary>Notifies everyone who watches <paramref name="topic"/>, some milliseconds later and for several calls at once.</summary>
    void Publish(string topic);
}
