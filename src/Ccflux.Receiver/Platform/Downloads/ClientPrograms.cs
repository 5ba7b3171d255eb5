using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace Ccflux.Receiver.Platform.Downloads;

/// <summary>Finds the client programs in the folder of <see cref="DownloadOptions"/>. Only files with the names below are considered; each is hashed once and
/// again after it changes.</summary>
internal sealed class ClientPrograms(DownloadOptions options)
{
    /// <summary>The file name that a shell on Linux or macOS builds for its own machine.</summary>
    public const string OwnName = "ccflux-$(uname -sm | tr ' ' -)";

    /// <summary>A larger file is not a client program.</summary>
    private const long MaxSize = 64 * 1024 * 1024;

    /// <summary>The names of a release, and the value of <see cref="OwnName"/> on that platform.</summary>
    private static readonly (string Name, string Platform, string? OwnName)[] s_known =
    [
        ("ccflux-linux-x86_64", "Linux (x86-64)", "ccflux-Linux-x86_64"),
        ("ccflux-linux-aarch64", "Linux (ARM64)", "ccflux-Linux-aarch64"),
        ("ccflux-macos-x86_64", "macOS (Intel)", "ccflux-Darwin-x86_64"),
        ("ccflux-macos-aarch64", "macOS (Apple silicon)", "ccflux-Darwin-arm64"),
        ("ccflux-windows-x86_64.exe", "Windows (x86-64)", null),
    ];

    private readonly string _folder = options.Folder ?? Path.Combine(AppContext.BaseDirectory, "plugin", "bin");

    /// <summary>The hashed programs; no more entries than known names.</summary>
    private readonly ConcurrentDictionary<string, ClientProgram> _hashed = new(StringComparer.Ordinal);

    /// <summary>The programs that exist now, in the order of the platforms.</summary>
    public IReadOnlyList<ClientProgram> Present() => [.. s_known.Select(known => Look(known.Name, known.Platform)).OfType<ClientProgram>()];

    /// <summary>Finds a program by its name or by a value of <see cref="OwnName"/>; null if the name is unknown or the file does not exist.</summary>
    public ClientProgram? Find(string name)
    {
        foreach (var known in s_known)
        {
            if (string.Equals(known.Name, name, StringComparison.Ordinal) || string.Equals(known.OwnName, name, StringComparison.Ordinal))
            {
                return Look(known.Name, known.Platform);
            }
        }

        return null;
    }

    private ClientProgram? Look(string name, string platform)
    {
        try
        {
            var file = new FileInfo(Path.Combine(_folder, name));
            if (!file.Exists)
            {
                return null;
            }

            using var content = file.OpenRead();
            var modified = new DateTimeOffset(File.GetLastWriteTimeUtc(content.SafeFileHandle));
            if (content.Length is 0 or > MaxSize)
            {
                return null;
            }

            return _hashed.TryGetValue(name, out var hashed) && hashed.Size == content.Length && hashed.ModifiedAt == modified
                ? hashed
                : _hashed[name] = new ClientProgram(name, platform, file.FullName, content.Length, modified, SHA256.HashData(content));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null; // A file that cannot be read cannot be served.
        }
    }
}
