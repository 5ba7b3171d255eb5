using Ccflux.Testing;

namespace Ccflux.Receiver.Tests.Hosting;

/// <summary>Files of the repository that tests compare with the code. <c>CCFLUX_REWRITE=1</c> rewrites them instead of comparing.</summary>
internal static class Repository
{
    public static string PathOf(string relative) => Path.Combine(RepositoryRoot.Path, relative);

    public static void AssertMatches(string relative, string expected)
    {
        var path = PathOf(relative);
        if (Environment.GetEnvironmentVariable("CCFLUX_REWRITE") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, expected);
        }

        Assert.True(File.Exists(path), $"{relative} is missing; CCFLUX_REWRITE=1 writes it.");
        Assert.Equal(expected, File.ReadAllText(path));
    }
}
