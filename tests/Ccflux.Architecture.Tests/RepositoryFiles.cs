using Ccflux.Testing;

namespace Ccflux.Architecture.Tests;

/// <summary>Files that somebody wrote: nothing that was built or installed.</summary>
internal static class RepositoryFiles
{
    private static readonly string[] Made = ["/node_modules/", "/bin/", "/obj/", "/dist/"];

    /// <summary>Full paths of the files below folders of the repository; folders that do not exist have none.</summary>
    public static IEnumerable<string> Below(IEnumerable<string> folders, string pattern = "*") =>
        folders.Select(folder => Path.Combine(RepositoryRoot.Path, folder))
            .Where(Directory.Exists)
            .SelectMany(folder => Directory.EnumerateFiles(folder, pattern, SearchOption.AllDirectories))
            .Where(path => !Made.Any(part => path.Contains(part, StringComparison.Ordinal)));
}
