using System.Text;
using Ccflux.Hook.Agent.State;
using Ccflux.Hook.Spool;

namespace Ccflux.Hook.Agent.Sessions;

/// <summary>Tracks a session's open tool calls: one file per call, so that hooks that run at the same time never conflict. The file names the subagent and the
/// prompt that the call belongs to.</summary>
internal sealed class OpenCalls(FleetDirectory fleet, string sessionId)
{
    private readonly string _folder = fleet.CallFolder(sessionId);

    public void Open(string toolUseId, string? agentId, string? promptId)
    {
        if (!HookEvent.IsFileName(toolUseId))
        {
            return;
        }

        FleetDirectory.Create(_folder);
        File.WriteAllText(PathOf(toolUseId), $"{agentId}\t{promptId}");
    }

    public void Close(string? toolUseId)
    {
        if (HookEvent.IsFileName(toolUseId) && Directory.Exists(_folder))
        {
            File.Delete(PathOf(toolUseId!));
        }
    }

    /// <summary>Closes the calls of a subagent or, with null, of the session itself: it has ended or moved on, and so have its calls. A denied
    /// or interrupted call has no event of its own.</summary>
    /// <param name="agentId">The subagent whose calls are closed.</param>
    /// <param name="exceptPrompt">Calls of this prompt stay open.</param>
    public void CloseAllOf(string? agentId, string? exceptPrompt = null)
    {
        foreach (var path in Files())
        {
            var owner = OwnerOf(path);
            if (owner is [var agent, var prompt]
                && string.Equals(agent, agentId ?? "", StringComparison.Ordinal)
                && (exceptPrompt is null || (prompt.Length > 0 && !string.Equals(prompt, exceptPrompt, StringComparison.Ordinal))))
            {
                File.Delete(path);
            }
        }
    }

    public void Forget()
    {
        if (Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    /// <summary>When the oldest open call was opened; null if none is open.</summary>
    public DateTimeOffset? OldestSince()
    {
        DateTimeOffset? oldest = null;
        foreach (var path in Files())
        {
            var opened = new DateTimeOffset(File.GetLastWriteTimeUtc(path), TimeSpan.Zero);
            oldest = oldest < opened ? oldest : opened;
        }

        return oldest;
    }

    private string PathOf(string toolUseId) => Path.Combine(_folder, toolUseId);

    private IEnumerable<string> Files() => Directory.Exists(_folder) ? Directory.EnumerateFiles(_folder) : [];

    /// <summary>Null if the call was closed meanwhile or is being written.</summary>
    private static string[]? OwnerOf(string path)
    {
        try
        {
            return AtomicFile.Read(path) is { } content ? Encoding.UTF8.GetString(content).Split('\t') : null;
        }
        catch (IOException)
        {
            return null;
        }
    }
}
