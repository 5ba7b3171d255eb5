using System.Runtime.InteropServices;
using Ccflux.Contracts.Usage;

namespace Ccflux.Hook.Delivery;

/// <summary>Identifies this program.</summary>
internal static class ClientVersion
{
    public static string Text { get; } = typeof(ClientVersion).Assembly.GetName().Version is { } version ? $"{version.Major}.{version.Minor}.{version.Build}" : "0.0.0";

    /// <summary>As in the names of the released programs: <c>linux-x86_64</c>.</summary>
    public static string Platform { get; } = $"{System()}-{Architecture()}";

    /// <summary>The oldest Claude Code that runs the hooks as they are written. Older ones are not disturbed.</summary>
    public const string OldestClaudeCode = "2.1.139";

    public static ClientInfo Describe(string? claudeCodeVersion) =>
        new() { Name = "ccflux", Version = Text, Platform = Platform, ClaudeCodeVersion = claudeCodeVersion };

    private static string System() => OperatingSystem.IsWindows() ? "windows" : OperatingSystem.IsMacOS() ? "macos" : "linux";

    private static string Architecture() => RuntimeInformation.ProcessArchitecture switch
    {
        global::System.Runtime.InteropServices.Architecture.X64 => "x86_64",
        global::System.Runtime.InteropServices.Architecture.Arm64 => "aarch64",
        var other => other.ToString().ToLowerInvariant(),
    };
}
