using Ccflux.Hook.Delivery;
using Ccflux.Hook.Spool;

namespace Ccflux.Hook.Commands;

/// <summary>Handles everything but the hot path: parses the arguments and runs a command.</summary>
internal static class CommandLine
{
    private const string Help = """
        ccflux reports what each Claude Code turn used (counts and times, never content) to your organisation's receiver.

          ccflux status [--json]              whether reporting works, and exactly what is reported
          ccflux usage [--by day|week|month|block|session|model] [--since DAY] [--until DAY] [--timezone NAME] [--json]
                                              what was used on this machine, computed here
          ccflux pause | resume               stop or resume reporting; nothing in between is ever sent
          ccflux backfill [--since DAY]       report every transcript on this machine; safe to run again
          ccflux install [--endpoint URL] [--token-file FILE] [--yes]
                         [--no-check] [--statusline] [--telemetry] [--telemetry-token-file FILE] [--fleet]
          ccflux uninstall [--yes]            add the plugin to Claude Code, or remove it
          ccflux agent enrol [--endpoint URL] [--receiver-key FINGERPRINT] [--code-file FILE]
                                              make this config directory part of a fleet
          ccflux version

        Every command takes --config-dir DIR (default: CLAUDE_CONFIG_DIR, else ~/.claude); separate several with commas. COMMAND --help says more.
        Claude Code itself runs 'ccflux hook' and 'ccflux statusline [-- COMMAND…]', which start 'ccflux deliver'; the plugin ccflux-fleet
        runs 'ccflux agent hook', which starts 'ccflux agent'.
        """;

    /// <summary>Exit code 2 tells Claude Code to continue a turn, and what a hook writes to standard error reaches the model. So a plugin hook that is not
    /// understood, whatever client version started it, ends silently.</summary>
    private static readonly bool s_isHook = Environment.GetEnvironmentVariable("CLAUDE_PLUGIN_ROOT") is { Length: > 0 };

    private static readonly TextWriter s_error = s_isHook ? TextWriter.Null : Console.Error;

    public static async Task<int> RunAsync(string[] arguments)
    {
        using var interrupted = new CancellationTokenSource();
        Console.CancelKeyPress += (_, pressed) =>
        {
            pressed.Cancel = true;
            interrupted.Cancel();
        };
        try
        {
            var code = await RunAsync(arguments, Console.Out, interrupted.Token).ConfigureAwait(false);
            return s_isHook && code == 2 ? 0 : code;
        }
        catch (OperationCanceledException) when (interrupted.IsCancellationRequested)
        {
            return 130;
        }
        catch (Exception error)
        {
            await s_error.WriteLineAsync(Explain(error)).ConfigureAwait(false);
            return 1;
        }
    }

    private static async Task<int> RunAsync(string[] arguments, TextWriter output, CancellationToken cancellationToken)
    {
        if (HelpText.Asked(arguments) is { } text)
        {
            await output.WriteLineAsync(text).ConfigureAwait(false);
            return 0;
        }

        if (arguments is [] or ["help" or "--help" or "-h", ..])
        {
            await output.WriteLineAsync(Help).ConfigureAwait(false);
            return arguments is [] ? 2 : 0;
        }

        if (arguments is ["version" or "--version"])
        {
            await output.WriteLineAsync($"ccflux {ClientVersion.Text}").ConfigureAwait(false);
            return 0;
        }

        if (arguments[0] is "usage")
        {
            await using var bytes = Console.OpenStandardOutput();
            return UsageCommand.Run(arguments.AsSpan(1), bytes, s_error, TimeProvider.System);
        }

        if (arguments is ["agent", "enrol", ..])
        {
            var options = Arguments.Read(arguments.AsSpan(2), "--config-dir=", "--endpoint=", "--receiver-key=", "--code-file=");
            return options.Problem is null
                ? await EnrolCommand.RunAsync(options, Console.In, output, cancellationToken).ConfigureAwait(false)
                : await RefuseAsync(options.Problem).ConfigureAwait(false);
        }

        var rest = arguments.AsSpan(1);
        var read = arguments[0] switch
        {
            "deliver" => Arguments.Read(rest, "--config-dir=", "--readings"),
            "agent" or "pause" or "resume" => Arguments.Read(rest, "--config-dir="),
            "backfill" => Arguments.Read(rest, "--config-dir=", "--since="),
            "status" => Arguments.Read(rest, "--config-dir=", "--json"),
            "install" => Arguments.Read(rest, "--config-dir=", "--endpoint=", "--token-file=", "--statusline", "--telemetry", "--telemetry-token-file=", "--fleet", "--yes", "--no-check"),
            "uninstall" => Arguments.Read(rest, "--config-dir=", "--yes"),
            _ => null,
        };
        if (read is null || read.Problem is not null)
        {
            return await RefuseAsync(read?.Problem ?? $"Unknown command '{arguments[0]}'. Try: ccflux help").ConfigureAwait(false);
        }

        switch (arguments[0])
        {
            case "install":
                return await InstallCommand.InstallAsync(read, Console.In, output, cancellationToken).ConfigureAwait(false);
            case "uninstall":
                return InstallCommand.Uninstall(read, Console.In, output);
        }

        var states = arguments[0] is "deliver" or "agent" ? read.State() is { } one ? [one] : [] : read.States();
        if (read.Problem is not null)
        {
            return await RefuseAsync(read.Problem).ConfigureAwait(false);
        }

        var code = 0;
        foreach (var state in states)
        {
            code = Math.Max(code, arguments[0] switch
            {
                "deliver" => await DeliverCommand.RunAsync(state, read.Has("--readings") ? Scope.Readings : Scope.Spooled, cancellationToken).ConfigureAwait(false),
                "agent" => await AgentCommand.RunAsync(state, cancellationToken).ConfigureAwait(false),
                "pause" => PauseCommand.Pause(state, output),
                "resume" => PauseCommand.Resume(state, output),
                "backfill" => await BackfillCommand.RunAsync(state, read.Value("--since"), output, cancellationToken).ConfigureAwait(false),
                _ => await StatusCommand.RunAsync(state, read.Has("--json"), output, cancellationToken).ConfigureAwait(false),
            });
        }

        return code;
    }

    /// <summary>Never a stack trace: the user can do nothing with one, and it may contain a path.</summary>
    private static string Explain(Exception error) => error switch
    {
        StateRefusedException => error.Message,
        IOException or UnauthorizedAccessException => $"A file of ccflux or Claude Code could not be read or written ({error.GetType().Name}).",
        System.Text.Json.JsonException => "A file of ccflux or Claude Code is damaged.",
        _ => $"ccflux stopped because of an internal error ({error.GetType().Name}). Please report it.",
    };

    private static async Task<int> RefuseAsync(string sentence)
    {
        await s_error.WriteLineAsync(sentence).ConfigureAwait(false);
        return 2;
    }
}
