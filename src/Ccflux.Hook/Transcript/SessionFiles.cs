namespace Ccflux.Hook.Transcript;

/// <summary>The transcript files of one session: its own, which may be gone while its subagents' files remain, and its
/// subagents', in a stable order.</summary>
internal sealed record SessionFiles(string SessionId, string MainPath, IReadOnlyList<string> AgentPaths)
{
    /// <summary>A file's name in the session's state: it stays valid if the config directory moves.</summary>
    public string NameOf(string path) => Path.GetRelativePath(Path.GetDirectoryName(MainPath) ?? string.Empty, path);
}
