using System.Runtime.CompilerServices;

namespace Ccflux.Receiver.Tests.Hosting;

/// <summary>Files of the repository that tests hold to the code. <c>CCFLUX_REWRITE=1</c> writes them anew instead of comparing.</summary>
internal static class Repository
{
    public static string PathOf(string relative) => Path.Combine(Root(), relative);

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

    private static string Root([CallerFilePath] string file = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, "..", "..", ".."));
}
