using System.Text;
using Ccflux.Contracts.Usage;

namespace Ccflux.Hook.Transcript;

/// <summary>Walks project and session folders and lists each transcript once, by its own name rather than by a link's. Links to files and
/// folders are followed last; each real folder is walked once, so that a loop of links ends.</summary>
internal sealed class SessionListing
{
    private const string Ending = ".jsonl";
    private const string LegacyAgent = "agent-";
    private const int HeadBytes = 16 * 1024;

    /// <summary>Deep enough for subagents of workflows, with a reserve.</summary>
    private const int MaxDepth = 8;

    /// <summary>Chains of links longer than this are not followed.</summary>
    private const int MaxLinks = 4;

    /// <summary>Bounds a link to the root of a disk.</summary>
    private const int MaxLinkedFolders = 10_000;

    private static readonly EnumerationOptions s_visible = new() { IgnoreInaccessible = true };
    private static readonly EnumerationOptions s_all = new() { IgnoreInaccessible = true, AttributesToSkip = default };

    private readonly HashSet<string> _files;
    private readonly HashSet<string> _folders = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Project, string Session), List<string>> _sessions = [];
    private readonly Queue<Place> _links = new();
    private List<(string Path, string Session)>? _all;
    private int _linkedFolders;

    private SessionListing(HashSet<string>? files = null) => _files = files ?? new HashSet<string>(StringComparer.Ordinal);

    /// <summary>A folder in the walk.</summary>
    /// <param name="Path">Path by which it was reached.</param>
    /// <param name="Real">Path without links.</param>
    /// <param name="Project">The project's folder; null above it.</param>
    /// <param name="Session">The session whose folder this is or is in; null above it.</param>
    private sealed record Place(string Path, string Real, string? Project, string? Session, int Depth, int Links)
    {
        public string Name => System.IO.Path.GetFileName(Path);

        public Place Below(string name) => this with { Path = System.IO.Path.Combine(Path, name), Real = System.IO.Path.Combine(Real, name) };
    }

    /// <summary>Every transcript below a projects folder, and the session that its place or name names.</summary>
    /// <param name="projects">The folder.</param>
    /// <param name="listed">The real paths of files that are listed already, to which those listed now are added.</param>
    public static IEnumerable<(string Path, string Session)> FilesOf(string projects, HashSet<string> listed)
    {
        var listing = new SessionListing(listed) { _all = [] };
        listing.WalkAll(projects);
        return listing._all;
    }

    /// <summary>Every session below a projects folder.</summary>
    public static IEnumerable<SessionPaths> Of(string projects)
    {
        var listing = new SessionListing();
        listing.WalkAll(projects);
        return listing._sessions.Where(pair => pair.Key.Session.Length is > 0 and <= ReportLimits.MaxSessionId).Select(pair =>
        {
            pair.Value.Sort(StringComparer.Ordinal);
            return new SessionPaths(pair.Key.Session, [Path.Combine(pair.Key.Project, pair.Key.Session + Ending)], pair.Value);
        });
    }

    /// <summary>The transcripts of the subagents of the session whose own is <paramref name="mainPath"/>, whether or not that exists.</summary>
    public static List<string> AgentsOf(string mainPath)
    {
        var session = Path.GetFileNameWithoutExtension(mainPath);
        var project = Path.GetDirectoryName(Path.GetFullPath(mainPath))!;
        var listing = new SessionListing();
        if (!Directory.Exists(project))
        {
            return [];
        }

        listing._files.Add(RealPath.Of(mainPath) ?? mainPath);
        var top = new Place(project, RealPath.Of(project) ?? project, project, null, Depth: 0, Links: 0);
        foreach (var entry in new DirectoryInfo(project).EnumerateFileSystemInfos(LegacyAgent + "*" + Ending, s_visible))
        {
            listing.Take(entry, top);
        }

        if (new DirectoryInfo(Path.Combine(project, session)) is { Exists: true } folder)
        {
            listing.Take(folder, top);
        }

        listing.FollowLinks();
        var agents = listing._sessions.TryGetValue((project, session), out var found) ? found : [];
        agents.Sort(StringComparer.Ordinal);
        return agents;
    }

    private void WalkAll(string projects)
    {
        WalkFolder(new Place(projects, RealPath.Of(projects) ?? projects, null, null, Depth: 0, Links: 0));
        FollowLinks();
    }

    private void FollowLinks()
    {
        while (_links.TryDequeue(out var link))
        {
            if (RealPath.Of(link.Path) is not { } real)
            {
                continue;
            }

            var target = link with { Real = real, Links = link.Links + 1 };
            if (Directory.Exists(real))
            {
                EnterFolder(target);
            }
            else if (File.Exists(real))
            {
                TakeFile(target);
            }
        }
    }

    private void Take(FileSystemInfo entry, Place folder)
    {
        var place = folder.Below(entry.Name);
        if ((entry.Attributes & FileAttributes.ReparsePoint) is FileAttributes.ReparsePoint)
        {
            if (place.Links < MaxLinks)
            {
                _links.Enqueue(place);
            }
        }
        else if (entry is DirectoryInfo)
        {
            EnterFolder(place);
        }
        else
        {
            TakeFile(place);
        }
    }

    private void EnterFolder(Place folder)
    {
        var inside = folder.Project is null ? folder with { Project = folder.Path }
            : folder.Session is null ? folder with { Session = folder.Name }
            : folder with { Depth = folder.Depth + 1 };
        if (inside.Depth <= MaxDepth)
        {
            WalkFolder(inside);
        }
    }

    private void WalkFolder(Place folder)
    {
        if (!_folders.Add(folder.Real) || (folder.Links > 0 && ++_linkedFolders > MaxLinkedFolders))
        {
            return;
        }

        try
        {
            foreach (var entry in new DirectoryInfo(folder.Path).EnumerateFileSystemInfos("*", folder.Session is null ? s_visible : s_all))
            {
                Take(entry, folder);
            }
        }
        catch (DirectoryNotFoundException)
        {
            // Removed meanwhile.
        }
    }

    private void TakeFile(Place file)
    {
        if (file.Project is not { } project || !file.Name.EndsWith(Ending, StringComparison.Ordinal))
        {
            return;
        }

        if (_all is not null)
        {
            if (_files.Add(file.Real))
            {
                _all.Add((file.Path, file.Session ?? Path.GetFileNameWithoutExtension(file.Name)));
            }

            return;
        }

        var isOld = file.Session is null && file.Name.StartsWith(LegacyAgent, StringComparison.Ordinal);
        var session = file.Session ?? (isOld ? SessionOf(file.Path) : Path.GetFileNameWithoutExtension(file.Name));
        if (session is null || !_files.Add(file.Real))
        {
            return;
        }

        if (!_sessions.TryGetValue((project, session), out var agents))
        {
            _sessions.Add((project, session), agents = []);
        }

        if (file.Session is not null || isOld)
        {
            agents.Add(file.Path);
        }
    }

    /// <summary>The session named in the first row of a file: <c>"sessionId":"dbb773c7-…"</c>.</summary>
    private static string? SessionOf(string path)
    {
        using var file = TranscriptFile.Open(path, out _);
        if (file is null)
        {
            return null;
        }

        var buffer = new byte[HeadBytes];
        ReadOnlySpan<byte> head = buffer.AsSpan(0, RandomAccess.Read(file, buffer, 0));
        return TranscriptFile.TryFindText(ref head, "\"sessionId\""u8, out var session)
            && session.Length is > 0 and <= ReportLimits.MaxSessionId
            && session.IndexOfAny((byte)'/', (byte)'\\') < 0
            ? Encoding.UTF8.GetString(session)
            : null;
    }
}
