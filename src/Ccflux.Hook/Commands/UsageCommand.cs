namespace Ccflux.Hook.Commands;

/// <summary><c>ccflux usage</c>: local totals by the rules that reports follow, offline.</summary>
internal static class UsageCommand
{
    /// <summary>Takes what stands after <c>usage</c>, gives the exit code.</summary>
    public static int Run(ReadOnlySpan<string> args, TextWriter output, TextWriter error) => 0;
}
