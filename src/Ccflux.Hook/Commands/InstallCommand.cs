using System.Text.Json;
using Ccflux.Hook.Agent;
using Ccflux.Hook.Delivery;
using Ccflux.Hook.Install;
using Ccflux.Hook.Spool;
using Ccflux.Hook.Telemetry;

namespace Ccflux.Hook.Commands;

/// <summary><c>ccflux install</c> and <c>ccflux uninstall</c>. The token comes from a file, standard input (<c>--token-file -</c>), the environment
/// (<c>CCFLUX_TOKEN</c>) or a hidden prompt, never from the arguments.</summary>
internal static class InstallCommand
{
    public static int Install(Arguments arguments, TextReader input, TextWriter output)
    {
        var unattended = arguments.Has("--yes");
        foreach (var dir in Choose(arguments, input, output, unattended, "Add ccflux to"))
        {
            var state = new StateDirectory(dir);
            var saved = SettingsSource.Read(state);
            var endpoint = arguments.Value("--endpoint") ?? saved.Endpoint ?? (unattended ? null : Ask(input, output, "Address of your receiver: "));
            var (token, problem) = Secret(arguments.Value("--token-file"), "--token-file", "CCFLUX_TOKEN", input);
            token ??= saved.Token ?? (unattended || problem is not null ? null : AskHidden(output, "Your token: "));
            if (endpoint is { Length: > 0 } && Endpoint.Parse(endpoint, Environment.GetEnvironmentVariable("CCFLUX_ALLOW_HTTP") is "1", out var why) is null)
            {
                problem ??= why;
            }

            var (extras, fault) = ReadExtras(arguments, endpoint, input, output, unattended);
            problem ??= fault;
            if (problem is not null)
            {
                output.WriteLine(problem);
                return 2;
            }

            var installation = new Installation(state, TimeProvider.System);
            try
            {
                installation.Install(new ClientConfig(endpoint, token), extras);
            }
            catch (JsonException)
            {
                output.WriteLine($"A settings file of Claude Code in {dir} is damaged. It was left as it is, and nothing was installed there.");
                return 1;
            }

            output.WriteLine($"Installed in {dir}. Sessions that start from now on are reported{(endpoint is null || token is null ? " once the receiver's address and your token are set" : "")}.");
            if (extras.Telemetry.Count > 0)
            {
                output.WriteLine(extras.Telemetry.ContainsKey(TelemetryVariables.Headers)
                    ? "Claude Code's telemetry is on for sessions that start from now on."
                    : "Claude Code's telemetry is on for sessions that start from now on. No telemetry token is set: give one with --telemetry-token-file, unless it is set elsewhere.");
            }

            if (extras.Fleet)
            {
                output.WriteLine($"The fleet's plugin is there. Make this config dir part of a fleet with: {installation.BinaryPath} agent enrol");
            }

            output.WriteLine($"See what is sent with: {installation.BinaryPath} status");
        }

        return 0;
    }

    public static int Uninstall(Arguments arguments, TextReader input, TextWriter output)
    {
        foreach (var dir in Choose(arguments, input, output, arguments.Has("--yes"), "Take ccflux out of"))
        {
            var state = new StateDirectory(dir);
            var installation = new Installation(state, TimeProvider.System);
            if (!installation.IsInstalled)
            {
                output.WriteLine($"ccflux is not installed in {dir}.");
                continue;
            }

            if (FleetRemoval.Remove(new FleetDirectory(state), TimeProvider.System) is { } refusal)
            {
                output.WriteLine(refusal);
                return 1;
            }

            try
            {
                installation.Uninstall();
            }
            catch (JsonException)
            {
                output.WriteLine($"A settings file of Claude Code in {dir} is damaged. It was left as it is; nothing more was taken out.");
                return 1;
            }

            output.WriteLine($"Taken out of {dir}, and everything is as it was before. What ccflux knows of past sessions stays in {state.Root}; delete it if you like.");
        }

        return 0;
    }

    private static IEnumerable<string> Choose(Arguments arguments, TextReader input, TextWriter output, bool unattended, string question)
    {
        if (arguments.Value("--config-dir") is { Length: > 0 } named)
        {
            return [Path.GetFullPath(named)];
        }

        var found = ConfigDirs.Find();
        return unattended ? found : [.. found.Where(dir => Ask(input, output, $"{question} {dir}? [Y/n] ").Trim() is "" or "y" or "Y" or "yes")];
    }

    /// <summary>What goes into settings.json besides the plugin; a problem where it cannot.</summary>
    private static (Extras Extras, string? Problem) ReadExtras(Arguments arguments, string? endpoint, TextReader input, TextWriter output, bool unattended)
    {
        var statusLine = arguments.Has("--statusline")
            || (!unattended && Ask(input, output, "Show how full your limits are in Claude Code's status line? [Y/n] ").Trim() is "" or "y" or "Y" or "yes");
        var none = Extras.None with { StatusLine = statusLine, Fleet = arguments.Has("--fleet") };
        if (!arguments.Has("--telemetry") && arguments.Value("--telemetry-token-file") is null)
        {
            return (none, null);
        }

        var (token, problem) = Secret(arguments.Value("--telemetry-token-file"), "--telemetry-token-file", "CCFLUX_TELEMETRY_TOKEN", input);
        token ??= unattended || problem is not null ? null : AskHidden(output, "Your telemetry token: ");
        if (token is not null && !TelemetryVariables.IsToken(token))
        {
            problem ??= "The telemetry token holds characters that no token has. Was it copied whole?";
        }

        if (endpoint is not { Length: > 0 } || Endpoint.Parse(endpoint, Environment.GetEnvironmentVariable("CCFLUX_ALLOW_HTTP") is "1", out _) is not { } receiver)
        {
            return (none, problem ?? "Telemetry needs the receiver's address: give it with --endpoint.");
        }

        return (none with { Telemetry = TelemetryVariables.For(receiver, token) }, problem);
    }

    private static (string? Token, string? Problem) Secret(string? path, string option, string variable, TextReader input)
    {
        if (path is { } file)
        {
            if (file is "-")
            {
                return (input.ReadLine()?.Trim(), null);
            }

            return File.Exists(file) ? (File.ReadAllText(file).Trim(), null) : (null, $"The file that {option} names is not there.");
        }

        return (Environment.GetEnvironmentVariable(variable) is { Length: > 0 } token ? token.Trim() : null, null);
    }

    private static string Ask(TextReader input, TextWriter output, string question)
    {
        output.Write(question);
        output.Flush();
        return input.ReadLine() ?? "n";
    }

    private static string? AskHidden(TextWriter output, string question)
    {
        if (Console.IsInputRedirected)
        {
            return null;
        }

        output.Write(question);
        output.Flush();
        var typed = new System.Text.StringBuilder();
        while (Console.ReadKey(intercept: true) is { Key: not ConsoleKey.Enter } key)
        {
            if (key.Key == ConsoleKey.Backspace)
            {
                typed.Length = Math.Max(0, typed.Length - 1);
            }
            else
            {
                typed.Append(key.KeyChar);
            }
        }

        output.WriteLine();
        return typed.Length > 0 ? typed.ToString() : null;
    }
}
