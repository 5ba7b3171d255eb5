using System.Runtime.InteropServices;

namespace Ccflux.Testing;

/// <summary>The hook program as built for tests, killed at the step that its environment names. It is the shipped code on the runtime of this test,
/// not the native program.</summary>
public static class KillableHook
{
    private static readonly string s_runtimeRoot = System.IO.Path.GetFullPath(System.IO.Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));

    public static string Path { get; } = System.IO.Path.Combine(RepositoryRoot.BinariesOf("Ccflux.Hook.Killable"), "Ccflux.Hook.Killable");

    /// <param name="step">A step's name, or <c>name:3</c> for the third time it is reached.</param>
    public static IReadOnlyList<KeyValuePair<string, string>> Environment(string step) => [new(KillAt.Variable, step), new("DOTNET_ROOT", s_runtimeRoot)];
}
