namespace Ccflux.Testing;

/// <summary>How long a test waits for what must happen. It is no measure of speed: only what never happens takes so long, on the slowest machine too.</summary>
public static class TestDeadline
{
    public static TimeSpan Ample { get; } = TimeSpan.FromMinutes(5);
}
