using System.Text;
using Ccflux.Hook.Spool;

namespace Ccflux.Hook.Commands;

/// <summary><c>ccflux hook</c>, which Claude Code runs at its events and waits for: it adds a line to the spool, starts a detached <c>ccflux deliver</c> and exits.
/// It prints nothing, waits for no network and always exits 0. A headless client kills it about 20 ms after a failed turn.</summary>
internal static class HookCommand
{
    public static int Run(ReadOnlySpan<string> arguments) => Take(LegacyInput(arguments), isNamed: true);

    /// <summary>For a client that does not pass a hook's arguments. Only the events of the usage plugin count: the fleet plugin names the
    /// same program. Any other input belongs to something else, and nothing is written for it.</summary>
    public static int RunWithoutArguments() => Take(legacyInput: null, isNamed: false);

    /// <param name="legacyInput">The hook's JSON if it came as an argument; null if it is on standard input.</param>
    /// <param name="isNamed">Whether the program was explicitly called as a hook.</param>
    private static int Take(string? legacyInput, bool isNamed)
    {
        StateDirectory? state = null;
        try
        {
            var input = legacyInput is null ? StandardInput.Read() : Encoding.UTF8.GetBytes(legacyInput);
            var hookEvent = HookEvent.Read(input.Span);
            if (isNamed || hookEvent is { SessionId: not null, Name: "SessionStart" or "Stop" or "StopFailure" or "SubagentStop" or "SessionEnd" })
            {
                state = StateDirectory.Of(hookEvent.TranscriptPath);
                Handle(state, hookEvent, input.Length);
            }

            if (input.Length >= StandardInput.MaxInput)
            {
                StandardInput.Drain(); // so that the client does not find its pipe broken
            }
        }
        catch (Exception error)
        {
            // Top level of the program: whatever goes wrong, the user's session continues and shows nothing.
            new StateLog(state ?? StateDirectory.Of(null), TimeProvider.System).Error($"hook: {error.GetType().Name}");
        }

        return 0;
    }

    private static void Handle(StateDirectory state, HookEvent hookEvent, int length)
    {
        state.Create();
        hookEvent = Absolute(state, hookEvent);
        if (hookEvent.SessionId is null)
        {
            new StateLog(state, TimeProvider.System).Error($"hook: input of {length} bytes names no session");
            return;
        }

        if (hookEvent is { IsResume: true, TranscriptPath: { } transcript })
        {
            // What the transcript holds now may be somebody else's: it is left to a backfill.
            var held = new FileInfo(transcript) is { Exists: true } file ? file.Length : 0;
            hookEvent = hookEvent with { Resumed = new ResumePoint(held, TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds()) };
        }

        var spooled = new SpoolFile(state.Spool).Append(hookEvent);
        if (!spooled)
        {
            new StateLog(state, TimeProvider.System).Error("hook: the spool cannot be written; a later event will pick up the turn");
        }

        // Without a URL there is no receiver to deliver to. The spool stays until there is one.
        if (!IsConfigured(state))
        {
            if (hookEvent.Name is "SessionStart")
            {
                new StateLog(state, TimeProvider.System).Activity("hook: endpoint or token is not set, nothing is sent");
            }

            return;
        }

        if (spooled && !DeliverLock.IsTaken(state.Lock) && !DetachedProcess.Start("deliver", "--config-dir", state.ConfigDir))
        {
            new StateLog(state, TimeProvider.System).Error("hook: deliver could not be started");
        }
    }

    /// <summary>Makes the event's transcript path absolute. A client whose <c>CLAUDE_CONFIG_DIR</c> is relative, or has a <c>~</c> that no shell expanded, names transcripts by
    /// relative paths. Such a path is followed if it leads to the session's file; the state stays in the user's own config directory, not in a project's folder.</summary>
    private static HookEvent Absolute(StateDirectory state, HookEvent hookEvent)
    {
        if (hookEvent.TranscriptPath is not { Length: > 0 } path || Path.IsPathRooted(path))
        {
            return hookEvent;
        }

        string[] candidates = [Path.GetFullPath(path), Path.GetFullPath(ConfigDirNames.ExpandHome(path))];
        var found = hookEvent.SessionId is { } id
            ? Array.Find(candidates, candidate => string.Equals(Path.GetFileName(candidate), id + ".jsonl", StringComparison.Ordinal) && File.Exists(candidate))
            : null;
        new StateLog(state, TimeProvider.System).Error(
            $"hook: the transcript's path is not absolute, and the file was {(found is null ? "not found from here" : "found anyway")}. Set CLAUDE_CONFIG_DIR to an absolute path, without ~");
        return hookEvent with { TranscriptPath = found };
    }

    public static bool IsConfigured(StateDirectory state) =>
        Environment.GetEnvironmentVariable("CLAUDE_PLUGIN_OPTION_API_ENDPOINT") is { Length: > 0 } || File.Exists(state.Config);

    /// <summary>The hook's JSON that the scripts of ccflux 0.1 pass as an argument.</summary>
    private static string? LegacyInput(ReadOnlySpan<string> arguments)
    {
        var at = arguments.IndexOf("--input");
        return at >= 0 && at + 1 < arguments.Length ? arguments[at + 1] : null;
    }
}
