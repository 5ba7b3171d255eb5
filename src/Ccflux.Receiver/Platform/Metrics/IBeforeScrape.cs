namespace Ccflux.Receiver.Platform.Metrics;

/// <summary>A gauge whose value has to be read from the database: refreshed once before each scrape.</summary>
internal interface IBeforeScrape
{
    Task RefreshAsync(CancellationToken cancellationToken);
}
