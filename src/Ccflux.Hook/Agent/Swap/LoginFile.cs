using Ccflux.Contracts.Fleet;
using Ccflux.Hook.Spool;

namespace Ccflux.Hook.Agent.Swap;

/// <summary>The file in which the client keeps its login. On macOS it is the keychain instead, which this program does not touch.</summary>
internal sealed class LoginFile(string configDir)
{
    private const int MaxBytes = 4 * 1024 * 1024;

    private (DateTime Written, long Length) _seen;
    private LoginText? _login;

    public string Path { get; } = System.IO.Path.Combine(configDir, ".credentials.json");

    /// <summary>One of <see cref="LoginPlace"/>.</summary>
    public string Place => OperatingSystem.IsMacOS() ? LoginPlace.Keychain : File.Exists(Path) ? LoginPlace.File : LoginPlace.None;

    /// <summary>Whether a login can be written here. The file is created if it does not exist.</summary>
    public static bool CanWrite => !OperatingSystem.IsMacOS();

    /// <summary>Null if the file is damaged, or far too large to be a credentials file.</summary>
    public CredentialsText? Read() =>
        new FileInfo(Path) is { Exists: true, Length: > MaxBytes } ? null : CredentialsText.Parse(AtomicFile.Read(Path));

    /// <summary>The login in the file; read again only when the file has changed.</summary>
    public LoginText? Current()
    {
        var info = new FileInfo(Path);
        var now = info.Exists ? (info.LastWriteTimeUtc, info.Length) : default;
        if (now != _seen)
        {
            _login = info.Exists ? LoginText.Of(Read()?.Login) : null;
            _seen = now;
        }

        return _login;
    }

    /// <summary>Writes the file atomically. If it is a link (dotfiles kept elsewhere), the link stays.</summary>
    public void Write(ReadOnlySpan<byte> json) =>
        AtomicFile.Write(File.Exists(Path) ? File.ResolveLinkTarget(Path, returnFinalTarget: true)?.FullName ?? Path : Path, json);
}
