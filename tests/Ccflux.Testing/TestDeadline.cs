namespace Ccflux.Testing;

/// <summary>How long a test waits for what must happen. It does not measure speed: only what never happens takes this long, even on the slowest machine.</summary>
public static class TestDeadline
{
    public static TimeSpan Ample { get; } = TimeSpan.FromMinutes(5);
}
