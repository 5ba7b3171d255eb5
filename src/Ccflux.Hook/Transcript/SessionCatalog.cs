namespace Ccflux.Hook.Transcript;

/// <summary>Which transcripts there are.</summary>
internal static class SessionCatalog
{
    /// <summary>Every session below <c>&lt;config dir&gt;/projects</c>, older ones first.</summary>
    public static IReadOnlyList<SessionFiles> List(string configDir) => [];

    /// <summary>The session that a hook names by its transcript.</summary>
    public static SessionFiles Find(string transcriptPath) =>
        new(Path.GetFileNameWithoutExtension(transcriptPath), transcriptPath, []);
}
