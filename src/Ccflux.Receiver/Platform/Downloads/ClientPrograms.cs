using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace Ccflux.Receiver.Platform.Downloads;

/// <summary>The client programs in the folder of <see cref="DownloadOptions"/>. Only files of the names below are ever looked at; each is hashed once for as long as
/// it stays the same.</summary>
internal sealed class ClientPrograms(DownloadOptions options)
{
    /// <summary>The address that a shell on Linux or macOS makes for its own machine.</summary>
    public const string OwnName = "ccflux-$(uname -sm | tr ' ' -)";

    /// <summary>A larger file is no client program.</summary>
    private const long MaxSize = 64 * 1024 * 1024;

    /// <summary>The names of a release, and what <see cref="OwnName"/> comes to there.</summary>
    private static readonly (string Name, string Platform, string? OwnName)[] s_known =
    [
        ("ccflux-linux-x86_64", "Linux (x86-64)", "ccflux-Linux-x86_64"),
        ("ccflux-linux-aarch64", "Linux (ARM64)", "ccflux-Linux-aarch64"),
        ("ccflux-macos-x86_64", "macOS (Intel)", "ccflux-Darwin-x86_64"),
        ("ccflux-macos-aarch64", "macOS (Apple silicon)", "ccflux-Darwin-arm64"),
        ("ccflux-windows-x86_64.exe", "Windows (x86-64)", null),
    ];

    private readonly string _folder = options.Folder ?? Path.Combine(AppContext.BaseDirectory, "plugin", "bin");

    /// <summary>What each file was found to be; no more entries than known names.</summary>
    private readonly ConcurrentDictionary<string, ClientProgram> _hashed = new(StringComparer.Ordinal);

    /// <summary>Those that are there now, in the order of the platforms.</summary>
    public IReadOnlyList<ClientProgram> Present() => [.. s_known.Select(known => Look(known.Name, known.Platform)).OfType<ClientProgram>()];

    /// <summary>The program of a name, or of what <see cref="OwnName"/> came to; null where the name is not known or the file is not there.</summary>
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
            return null; // What cannot be read cannot be handed out.
        }
    }
}
