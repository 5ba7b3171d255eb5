using System.Text;
using Ccflux.Hook.Spool;

namespace Ccflux.Hook.Commands;

/// <summary><c>ccflux hook</c>, which Claude Code runs at its events and waits for: a line in the spool, a detached <c>ccflux deliver</c>, and out.
/// It prints nothing, waits for no network and always exits 0. A headless client kills it about 20 ms after a failed turn.</summary>
internal static class HookCommand
{
    public static int Run(ReadOnlySpan<string> arguments)
    {
        StateDirectory? state = null;
        try
        {
            var input = LegacyInput(arguments) is { } text ? Encoding.UTF8.GetBytes(text) : StandardInput.Read();
            var hookEvent = HookEvent.Read(input.Span);
            state = StateDirectory.Of(hookEvent.TranscriptPath);
            Handle(state, hookEvent, input.Length);
            if (input.Length >= StandardInput.MaxInput)
            {
                StandardInput.Drain(); // a client must not find its pipe broken
            }
        }
        catch (Exception error)
        {
            // Edge of the program: whatever is at fault, the user's session goes on and shows nothing.
            new StateLog(state ?? StateDirectory.Of(null), TimeProvider.System).Error($"hook: {error.GetType().Name}");
        }

        return 0;
    }

    /// <summary>What a client runs that does not know a hook's arguments. Only the events of the usage plugin count: the fleet's plugin names the
    /// same program. Whatever else stands on standard input is somebody else's, and nothing is written for it.</summary>
    public static int RunWithoutArguments()
    {
        StateDirectory? state = null;
        try
        {
            var input = StandardInput.Read();
            var hookEvent = HookEvent.Read(input.Span);
            if (hookEvent is { SessionId: not null, Name: "SessionStart" or "Stop" or "StopFailure" or "SubagentStop" or "SessionEnd" })
            {
                state = StateDirectory.Of(hookEvent.TranscriptPath);
                Handle(state, hookEvent, input.Length);
            }

            if (input.Length >= StandardInput.MaxInput)
            {
                StandardInput.Drain();
            }
        }
        catch (Exception error)
        {
            // Edge of the program, as in Run.
            new StateLog(state ?? StateDirectory.Of(null), TimeProvider.System).Error($"hook: {error.GetType().Name}");
        }

        return 0;
    }

    private static void Handle(StateDirectory state, HookEvent hookEvent, int length)
    {
        state.Create();
        if (hookEvent.SessionId is null)
        {
            new StateLog(state, TimeProvider.System).Error($"hook: input of {length} bytes names no session");
            return;
        }

        var spooled = new SpoolFile(state.Spool).Append(hookEvent);
        if (!spooled)
        {
            new StateLog(state, TimeProvider.System).Error("hook: the spool cannot be written; the turn is found again at a later event");
        }

        // Without an address there is nobody to deliver to. The spool stays for the day there is one.
        if (!IsConfigured(state))
        {
            if (hookEvent.Name is "SessionStart")
            {
                new StateLog(state, TimeProvider.System).Activity("hook: no endpoint and token are set, nothing is sent");
            }

            return;
        }

        if (spooled && !DeliverLock.IsTaken(state.Lock) && !DetachedProcess.Start("deliver", "--config-dir", state.ConfigDir))
        {
            new StateLog(state, TimeProvider.System).Error("hook: deliver could not be started");
        }
    }

    public static bool IsConfigured(StateDirectory state) =>
        Environment.GetEnvironmentVariable("CLAUDE_PLUGIN_OPTION_API_ENDPOINT") is { Length: > 0 } || File.Exists(state.Config);

    /// <summary>ccflux 0.1's scripts pass the hook's JSON as an argument.</summary>
    private static string? LegacyInput(ReadOnlySpan<string> arguments)
    {
        var at = arguments.IndexOf("--input");
        return at >= 0 && at + 1 < arguments.Length ? arguments[at + 1] : null;
    }
}
