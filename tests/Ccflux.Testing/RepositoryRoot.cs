namespace Ccflux.Testing;

/// <summary>The checkout in which the tests were built. Source paths in a binary do not reveal it: a deterministic build maps them.</summary>
public static class RepositoryRoot
{
    public static string Path { get; } = Find();

    /// <summary>Where a project's binaries of the same configuration as this program's are.</summary>
    public static string BinariesOf(string project) => System.IO.Path.Combine(Path, "artifacts", "bin", project, new DirectoryInfo(AppContext.BaseDirectory).Name);

    private static string Find()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(System.IO.Path.Combine(folder, "Ccflux.slnx")))
        {
            folder = System.IO.Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("The tests run outside the repository.");
        }

        return folder;
    }
}
