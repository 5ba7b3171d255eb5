namespace Ccflux.Testing;

/// <summary>The published native program <c>ccflux</c>.</summary>
public static class NativeHook
{
    public static string Path { get; } = System.IO.Path.Combine(RepositoryRoot.Path, "plugin", "bin", "ccflux");

    /// <summary>Why a test that needs it cannot run.</summary>
    public static string Missing => $"The native hook program is not built: run eng/publish-hook.sh ({Path} is missing).";
}
