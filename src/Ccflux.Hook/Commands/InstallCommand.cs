using Ccflux.Hook.Agent;
using Ccflux.Hook.Agent.State;
using Ccflux.Hook.Delivery;
using Ccflux.Hook.Install;
using Ccflux.Hook.Spool;
using Ccflux.Hook.Telemetry;

namespace Ccflux.Hook.Commands;

/// <summary><c>ccflux install</c> and <c>ccflux uninstall</c>. The token comes from a file, standard input (<c>--token-file -</c>), the environment
/// (<c>CCFLUX_TOKEN</c>) or a hidden prompt, never from the arguments.</summary>
internal static class InstallCommand
{
    private const int Unchecked = 3;

    /// <returns>0 if it is installed and the receiver accepts the token (or there was nothing to check), 1 if a file cannot be written, 2 if an
    /// option is wrong, 3 if it is installed but the receiver cannot be reached or refuses the token.</returns>
    public static async Task<int> InstallAsync(Arguments arguments, TextReader input, TextWriter output, CancellationToken cancellationToken)
    {
        var planned = new List<Planned>();
        if (Plan(arguments, input, output, planned) is { } refused)
        {
            return refused;
        }

        foreach (var (state, installation, plan, _) in planned)
        {
            try
            {
                installation.Install(plan);
            }
            catch (InstallException exception)
            {
                await output.WriteLineAsync($"Not installed in {state.ConfigDir}: {exception.Message}").ConfigureAwait(false);
                return 1;
            }

            Report(state, installation, plan, output);
        }

        return arguments.Has("--no-check") ? 0 : await CheckAsync(planned, output, cancellationToken).ConfigureAwait(false);
    }

    public static int Uninstall(Arguments arguments, TextReader input, TextWriter output)
    {
        var where = Named(arguments) ?? (ConfigDirNames.FromEnvironment is { } configured ? ConfigDirNames.Read(configured) : null);
        if (where is not null && where.FirstOrDefault(dir => !Directory.Exists(dir)) is { } missing)
        {
            output.WriteLine($"There is no folder {missing}.");
            return 2;
        }

        foreach (var dir in Choose(where ?? ConfigDirs.Installed(), arguments, input, output, "Remove ccflux from"))
        {
            var state = new StateDirectory(dir);
            var installation = new Installation(state, TimeProvider.System);
            if (!installation.IsInstalled)
            {
                output.WriteLine($"ccflux is not installed in {dir}.");
                continue;
            }

            try
            {
                var changes = installation.PlanRemoval();
                if (FleetRemoval.Remove(new FleetDirectory(state), TimeProvider.System) is { } refusal)
                {
                    output.WriteLine(refusal);
                    return 1;
                }

                installation.Uninstall(changes);
            }
            catch (InstallException exception)
            {
                output.WriteLine($"Not removed from {dir}: {exception.Message}");
                return 1;
            }

            output.WriteLine($"Removed from {dir}; everything is as it was before. What ccflux knows about past sessions stays in {state.Root}; delete it if you like.");
        }

        return 0;
    }

    /// <summary>Works out what there is to do in every folder, before anything is done in the first one.</summary>
    /// <returns>The exit code if it cannot be done; nothing was changed in that case.</returns>
    private static int? Plan(Arguments arguments, TextReader input, TextWriter output, List<Planned> planned)
    {
        var unattended = arguments.Has("--yes");
        var (found, copies) = Named(arguments) is { } named ? (named, []) : ConfigDirs.ToInstall();
        foreach (var copy in copies)
        {
            output.WriteLine($"{copy} looks like a copy and was skipped. To install there anyway, name it with --config-dir.");
        }

        var dirs = Choose(found, arguments, input, output, "Add ccflux to").ToArray();
        var (given, problem) = dirs.Length > 0 ? Secret(arguments.Value("--token-file"), "--token-file", "CCFLUX_TOKEN", input) : (null, null);
        string? address = arguments.Value("--endpoint"), asked = null;
        Wishes? wishes = null;
        foreach (var dir in dirs)
        {
            var state = new StateDirectory(dir);
            var saved = SettingsSource.Read(state);
            var endpoint = address ?? saved.Endpoint ?? (unattended ? null : address = Ask(input, output, "URL of your receiver: "));
            var token = given ?? saved.Token ?? (unattended || problem is not null ? null : asked ??= AskHidden(output, "Your token: "));
            problem ??= Refusal(endpoint, token);
            if (problem is null && wishes is null)
            {
                (wishes, problem) = ReadWishes(arguments, input, output, unattended);
            }

            var (optional, exception) = problem is null ? ToExtras(wishes!, endpoint) : (OptionalSettings.None, problem);
            if (exception is not null)
            {
                output.WriteLine(exception);
                return 2;
            }

            var installation = new Installation(state, TimeProvider.System);
            try
            {
                planned.Add(new Planned(state, installation, installation.Plan(new ClientConfig(endpoint, token), optional), Settings(endpoint, token)));
            }
            catch (InstallException refused)
            {
                output.WriteLine($"Not installed in {dir}: {refused.Message} Nothing was written{(dirs.Length > 1 ? ", in any folder" : "")}.");
                return 1;
            }
        }

        return null;
    }

    private static string? Refusal(string? endpoint, string? token)
    {
        if (endpoint is { Length: > 0 } && Endpoint.Parse(endpoint, Environment.GetEnvironmentVariable("CCFLUX_ALLOW_HTTP") is "1", out var why) is null)
        {
            return why;
        }

        return endpoint is { Length: > 0 } && token is { Length: > 0 } && SettingsSource.Of(endpoint, token, out why) is null ? why : null;
    }

    private static Settings? Settings(string? endpoint, string? token) =>
        endpoint is { Length: > 0 } && token is { Length: > 0 } ? SettingsSource.Of(endpoint, token, out _) : null;

    private static void Report(StateDirectory state, Installation installation, InstallPlan plan, TextWriter output)
    {
        var isSet = Settings(plan.Config.Endpoint, plan.Config.Token) is not null;
        output.WriteLine($"Installed in {state.ConfigDir}. Sessions that start from now on are reported{(isSet ? "" : " once the receiver's URL and your token are set")}.");
        if (plan.OptionalSettings.Telemetry.Count > 0)
        {
            output.WriteLine(plan.OptionalSettings.Telemetry.ContainsKey(TelemetryVariables.Headers)
                ? "Claude Code's telemetry is on for sessions that start from now on."
                : "Claude Code's telemetry is on for sessions that start from now on. No telemetry token is set: pass one with --telemetry-token-file, unless it is set elsewhere.");
        }

        if (plan.OptionalSettings.Fleet)
        {
            output.WriteLine($"The fleet plugin is installed. Make this config directory part of a fleet with: {installation.BinaryPath} agent enrol");
        }

        output.WriteLine($"See what is sent with: {installation.BinaryPath} status");
    }

    /// <summary>Checks each combination of receiver and token once.</summary>
    private static async Task<int> CheckAsync(IReadOnlyList<Planned> planned, TextWriter output, CancellationToken cancellationToken)
    {
        var code = 0;
        foreach (var one in planned.Where(one => one.Settings is not null).DistinctBy(one => one.Settings!.Fingerprint, StringComparer.Ordinal))
        {
            var (works, sentence) = await TokenCheck.RunAsync(one.State, one.Settings!, TimeProvider.System, cancellationToken).ConfigureAwait(false);
            await output.WriteLineAsync(works ? sentence : $"{sentence} Reports wait until then.").ConfigureAwait(false);
            code = works ? code : Unchecked;
        }

        return code;
    }

    /// <summary>The folders of <c>--config-dir</c>, existing or not; null without it.</summary>
    private static IReadOnlyList<string>? Named(Arguments arguments) => arguments.Value("--config-dir") is { Length: > 0 } named ? ConfigDirNames.Read(named) : null;

    /// <summary>The folders that the user agrees to; naming them, or <c>--yes</c>, counts as agreement.</summary>
    private static IEnumerable<string> Choose(IReadOnlyList<string> dirs, Arguments arguments, TextReader input, TextWriter output, string question) =>
        arguments.Has("--yes") || Named(arguments) is not null ? dirs : dirs.Where(dir => Ask(input, output, $"{question} {dir}? [Y/n] ").Trim() is "" or "y" or "Y" or "yes");

    /// <summary>What the user wants in settings.json in addition to the plugin; a problem if that is not possible.</summary>
    private static (Wishes Wishes, string? Problem) ReadWishes(Arguments arguments, TextReader input, TextWriter output, bool unattended)
    {
        var statusLine = arguments.Has("--statusline")
            || (!unattended && Ask(input, output, "Show how full your limits are in Claude Code's status line? [Y/n] ").Trim() is "" or "y" or "Y" or "yes");
        var fleet = arguments.Has("--fleet");
        if (!arguments.Has("--telemetry") && arguments.Value("--telemetry-token-file") is null)
        {
            return (new Wishes(statusLine, fleet, false, null), null);
        }

        var (token, problem) = Secret(arguments.Value("--telemetry-token-file"), "--telemetry-token-file", "CCFLUX_TELEMETRY_TOKEN", input);
        token ??= unattended || problem is not null ? null : AskHidden(output, "Your telemetry token: ");
        if (token is not null && !TelemetryVariables.IsToken(token))
        {
            problem ??= "The telemetry token contains characters that no token has. Was it copied completely?";
        }

        return (new Wishes(statusLine, fleet, true, token), problem);
    }

    /// <summary>The same for one folder, whose receiver is known.</summary>
    private static (OptionalSettings OptionalSettings, string? Problem) ToExtras(Wishes wishes, string? endpoint)
    {
        var optional = OptionalSettings.None with { StatusLine = wishes.StatusLine, Fleet = wishes.Fleet };
        if (!wishes.Telemetry)
        {
            return (optional, null);
        }

        return endpoint is { Length: > 0 } && Endpoint.Parse(endpoint, Environment.GetEnvironmentVariable("CCFLUX_ALLOW_HTTP") is "1", out _) is { } receiver
            ? (optional with { Telemetry = TelemetryVariables.For(receiver, wishes.TelemetryToken) }, null)
            : (optional, "Telemetry needs the receiver's URL: set it with --endpoint.");
    }

    private static (string? Token, string? Problem) Secret(string? path, string option, string variable, TextReader input)
    {
        if (path is { } file)
        {
            if (file is "-")
            {
                return (input.ReadLine()?.Trim(), null);
            }

            return File.Exists(file) ? (File.ReadAllText(file).Trim(), null) : (null, $"The file named by {option} does not exist.");
        }

        return (Environment.GetEnvironmentVariable(variable) is { Length: > 0 } token ? token.Trim() : null, null);
    }

    private sealed record Wishes(bool StatusLine, bool Fleet, bool Telemetry, string? TelemetryToken)
    {
        /// <summary>Hides the values: one of them is a secret.</summary>
        public override string ToString() => $"Wishes {{ Telemetry = {Telemetry} }}";
    }

    private sealed record Planned(StateDirectory State, Installation Installation, InstallPlan Plan, Settings? Settings);

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
