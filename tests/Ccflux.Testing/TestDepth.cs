namespace Ccflux.Testing;

/// <summary>How often a test repeats what it does at random: enough for every change by default, more with <c>./test.sh --thorough</c>.</summary>
public static class TestDepth
{
    private static readonly bool s_isThorough = Environment.GetEnvironmentVariable("CCFLUX_THOROUGH") is "1";

    public static int Of(int usual, int thorough) => s_isThorough ? thorough : usual;
}
