namespace Ccflux.Hook.Commands;

/// <summary>What <c>--help</c> prints for one command.</summary>
internal static class HelpText
{
    private const string ConfigDir = "  --config-dir DIR   Claude Code's config directory, or several separated by commas (default: CLAUDE_CONFIG_DIR, else ~/.claude)";
    private const string OneConfigDir = "  --config-dir DIR   Claude Code's config directory (default: CLAUDE_CONFIG_DIR, else ~/.claude)";

    /// <summary>The help text that the arguments ask for: with <c>--help</c> or <c>-h</c> after a command and before any <c>--</c>, or with <c>help COMMAND</c>; null if
    /// they ask for none, and for unknown commands.</summary>
    public static string? Asked(ReadOnlySpan<string> arguments)
    {
        if (arguments is ["help", _, ..])
        {
            return Of(arguments[1..]);
        }

        var end = arguments.IndexOf("--");
        var own = end < 0 ? arguments : arguments[..end];
        return own.Length > 1 && own[1..].ContainsAny("--help", "-h") ? Of(own) : null;
    }

    private static string? Of(ReadOnlySpan<string> command) => command switch
    {
        ["agent", "enrol", ..] => $"""
            ccflux agent enrol [--endpoint URL] [--code-file FILE] [--config-dir DIR]
            Makes a config directory part of a fleet. The code from the receiver's admin is read from FILE or from standard input.
              --endpoint URL     the receiver's URL (default: the one already set)
            {OneConfigDir}
            """,
        ["agent", "hook", ..] => """
            ccflux agent hook
            Run by Claude Code for the events of the plugin ccflux-fleet, with the event on standard input. Prints nothing and always exits 0.
            """,
        ["agent", ..] => $"""
            ccflux agent [--config-dir DIR]
            Manages the login of a config directory that belongs to a fleet. Started by the hooks of the plugin ccflux-fleet.
            {OneConfigDir}
            See also: ccflux agent enrol --help
            """,
        ["hook" or "init" or "report-turn" or "session-end", ..] => """
            ccflux hook
            Run by Claude Code for its events, with the event on standard input. Records the event, starts 'ccflux deliver', prints nothing and always exits 0.
            """,
        ["statusline", ..] => """
            ccflux statusline [-- COMMAND…]
            Run by Claude Code to draw its status line, with the session's figures on standard input. The output of COMMAND comes first.
            """,
        ["deliver", ..] => $"""
            ccflux deliver [--readings] [--config-dir DIR]
            Sends what hooks have recorded. Prints nothing: activity.log and errors.log say what it did.
              --readings         send only the readings of status lines
            {OneConfigDir}
            """,
        ["status", ..] => $"""
            ccflux status [--json] [--config-dir DIR]
            Says whether reporting works, and shows the newest request of the last report exactly as it was sent.
            {ConfigDir}
            Exits 0, or 3 while the receiver refuses the token.
            """,
        ["usage", ..] => $"""
            ccflux usage [--by day|week|month|block|session|model] [--since DAY] [--until DAY] [--timezone NAME] [--json] [--config-dir DIR]
            Adds up the usage on this machine, from the transcripts alone. Unless a directory is named, sessions of Claude Desktop's agent mode are included.
              --by               what each row covers (default: day). A week begins on Monday; a block is a 5-hour window that starts with the hour of its first request
              --since DAY        only requests of that day or later, such as 2026-11-01
              --until DAY        only requests of that day or earlier
              --timezone NAME    time zone of the days, such as Europe/Berlin or UTC (default: this machine's)
              --json             print one JSON document instead of a table
            {ConfigDir}
            """,
        ["pause", ..] => $"""
            ccflux pause [--config-dir DIR]
            Pauses reporting. Nothing dated before 'ccflux resume' is ever sent.
            {ConfigDir}
            """,
        ["resume", ..] => $"""
            ccflux resume [--config-dir DIR]
            Resumes reporting, starting from now on.
            {ConfigDir}
            """,
        ["backfill", ..] => $"""
            ccflux backfill [--since DAY] [--config-dir DIR]
            Reports every transcript of a config directory as history; safe to run again.
              --since DAY        only transcripts written to since that day, such as 2026-11-01
            {ConfigDir}
            Exits 0 if everything was reported, 1 if something is left.
            """,
        ["install", ..] => $"""
            ccflux install [--endpoint URL] [--token-file FILE] [--yes] [--no-check] [--config-dir DIR]
                           [--statusline] [--telemetry] [--telemetry-token-file FILE] [--fleet]
            Adds ccflux to Claude Code and has the receiver check the token. The token is read from FILE (- is standard input) or CCFLUX_TOKEN, or asked for.
              --endpoint URL     the receiver's URL (default: the one already set, else it is asked for)
              --yes              ask nothing
              --no-check         do not call the receiver, for machines that are set up offline
              --statusline       show how full the limits are in Claude Code's status line
              --telemetry        turn Claude Code's telemetry on; its token comes from --telemetry-token-file or CCFLUX_TELEMETRY_TOKEN
              --fleet            also add the plugin for machines of a fleet
            {ConfigDir}
            Exits 0 if it is installed and checked (or there was nothing to check), 1 if a file cannot be written, 2 if an option is wrong, 3 if it is
            installed but the receiver cannot be reached or refuses the token.
            """,
        ["uninstall", ..] => $"""
            ccflux uninstall [--yes] [--config-dir DIR]
            Removes ccflux from Claude Code and restores what was there before.
              --yes              ask nothing
            {ConfigDir}
            """,
        ["version", ..] => """
            ccflux version
            Prints the version.
            """,
        _ => null,
    };
}
