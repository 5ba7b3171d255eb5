using System.Text;
using Ccflux.Hook.Spool;

namespace Ccflux.Hook.Commands;

/// <summary><c>ccflux hook</c>, which Claude Code runs at its events and waits for: a line in the spool, a detached <c>ccflux deliver</c>, and out.
/// It prints nothing, waits for no network and always exits 0. A headless client kills it about 20 ms after a failed turn.</summary>
internal static class HookCommand
{
    private const int MaxInput = 4 * 1024 * 1024;
    private const int MaxDrained = 256 * 1024 * 1024;
    private const int FirstByteMilliseconds = 1000;
    private const int NextByteMilliseconds = 250;

    public static int Run(ReadOnlySpan<string> arguments)
    {
        StateDirectory? state = null;
        try
        {
            var input = LegacyInput(arguments) is { } text ? Encoding.UTF8.GetBytes(text) : ReadInput();
            var hookEvent = HookEvent.Read(input.Span);
            state = StateDirectory.Of(hookEvent.TranscriptPath);
            Handle(state, hookEvent, input.Length);
            if (input.Length >= MaxInput)
            {
                Drain(); // a client must not find its pipe broken
            }
        }
        catch (Exception error)
        {
            // Edge of the program: whatever is at fault, the user's session goes on and shows nothing.
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

    private static bool IsConfigured(StateDirectory state) =>
        Environment.GetEnvironmentVariable("CLAUDE_PLUGIN_OPTION_API_ENDPOINT") is { Length: > 0 } || File.Exists(state.Config);

    /// <summary>ccflux 0.1's scripts pass the hook's JSON as an argument.</summary>
    private static string? LegacyInput(ReadOnlySpan<string> arguments)
    {
        var at = arguments.IndexOf("--input");
        return at >= 0 && at + 1 < arguments.Length ? arguments[at + 1] : null;
    }

    private static ReadOnlyMemory<byte> ReadInput()
    {
        var buffer = new byte[16 * 1024];
        var length = 0;
        while (true)
        {
            if (length == buffer.Length)
            {
                if (length >= MaxInput)
                {
                    break; // the fields stand at the front
                }

                Array.Resize(ref buffer, buffer.Length * 4);
            }

            var read = Read(buffer, length, length == 0 ? FirstByteMilliseconds : NextByteMilliseconds);
            if (read <= 0)
            {
                break;
            }

            length += read;
        }

        return buffer.AsMemory(0, length);
    }

    private static void Drain()
    {
        var buffer = new byte[64 * 1024];
        int read;
        for (var drained = 0; drained < MaxDrained && (read = Read(buffer, 0, NextByteMilliseconds)) > 0; drained += read)
        {
        }
    }

    private static int Read(byte[] buffer, int offset, int timeoutMilliseconds) =>
        OperatingSystem.IsWindows() ? WindowsInput.Read(buffer, offset) : Posix.ReadInput(buffer, offset, timeoutMilliseconds);

    private static class WindowsInput
    {
        private static readonly Stream s_input = Console.OpenStandardInput();

        public static int Read(byte[] buffer, int offset) => s_input.Read(buffer, offset, buffer.Length - offset);
    }
}
