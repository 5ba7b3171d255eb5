namespace Ccflux.Receiver.Platform.Metrics;

/// <summary>A gauge whose value has to be read from the database: asked once for each scrape.</summary>
internal interface IBeforeScrape
{
    Task RefreshAsync(CancellationToken cancellationToken);
}
