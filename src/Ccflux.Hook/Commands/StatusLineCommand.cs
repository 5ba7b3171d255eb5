using System.Text;
using Ccflux.Hook.Agent;
using Ccflux.Hook.Agent.State;
using Ccflux.Hook.Spool;
using Ccflux.Hook.StatusLine;

namespace Ccflux.Hook.Commands;

/// <summary><c>ccflux statusline [-- INNER…]</c>, which Claude Code runs whenever it draws its status line: prints one line, after the output of an inner
/// status line, and records the limits that it shows. It waits for no network and always exits 0.</summary>
internal static class StatusLineCommand
{
    public static async Task<int> RunAsync(string[] arguments)
    {
        try
        {
            var time = TimeProvider.System;
            var input = StandardInput.Read();
            using var inner = StartInner(arguments, input);
            var line = "";
            if (StatusInput.Read(input) is { } status)
            {
                line = new StatusText(time.LocalTimeZone, Environment.GetEnvironmentVariable("NO_COLOR") is not { Length: > 0 }).Render(status, time.GetUtcNow());
                Note(status, time);
            }

            if (input.Length >= StandardInput.MaxInput)
            {
                StandardInput.Drain();
            }

            Print(inner is null ? default : await inner.OutputAsync(time).ConfigureAwait(false), line);
        }
        catch (Exception error)
        {
            // Top level of the program: a status line that cannot be drawn is no reason to disturb the user.
            new StateLog(StateDirectory.Of(null), TimeProvider.System).Error($"statusline: {error.GetType().Name}");
        }

        return 0;
    }

    private static InnerCommand? StartInner(string[] arguments, ReadOnlyMemory<byte> input)
    {
        var at = Array.IndexOf(arguments, "--");
        return at >= 0 && at + 1 < arguments.Length ? InnerCommand.Start(arguments.AsSpan(at + 1), input) : null;
    }

    private static void Print(ReadOnlyMemory<byte> inner, string line)
    {
        using var output = Console.OpenStandardOutput();
        byte[] ours = line.Length > 0 ? Encoding.UTF8.GetBytes(line + "\n") : [];
        output.Write(inner.IsEmpty ? ours : [.. inner.Span, (byte)'\n', .. ours]);
    }

    /// <summary>Records the limits. Without a receiver nothing is recorded. Whatever goes wrong here, the line is still drawn.</summary>
    private static void Note(StatusInput status, TimeProvider time)
    {
        var state = StateDirectory.Of(status.TranscriptPath);
        try
        {
            // Where a fleet changes the login, figures may belong to the previous account, and the receiver polls the limits itself.
            if (status.Windows.Count == 0 || !HookCommand.IsConfigured(state) || FleetStatus.HoldsLogin(new FleetDirectory(state)))
            {
                return;
            }

            state.Create();
            var recorded = false;
            new ReadingSpool(state).TryChange(known =>
            {
                (var changed, recorded) = LimitObservations.Note(known, Session(status), status.Windows, () => Account.Find(state.ConfigDir), time.GetUtcNow(), status.Age);
                return changed;
            });
            if (recorded && !DeliverLock.IsTaken(state.Lock))
            {
                DetachedProcess.Start("deliver", "--readings", "--config-dir", state.ConfigDir);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            new StateLog(state, time).Error($"statusline: readings cannot be kept ({error.GetType().Name})");
        }
    }

    /// <summary>It only distinguishes sessions here.</summary>
    private static string Session(StatusInput status) => HookEvent.IsFileName(status.SessionId) ? status.SessionId! : "";
}
