namespace Ccflux.Receiver.Quota;

/// <summary>How often quota looks for work. Tests that simulate days choose longer intervals.</summary>
/// <param name="Discovery">Between looks for accounts that were added, removed or given another credential.</param>
/// <param name="Delivery">Between looks for alerts that are due.</param>
internal sealed record QuotaIntervals(TimeSpan Discovery, TimeSpan Delivery)
{
    public static QuotaIntervals Default { get; } = new(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(5));
}
