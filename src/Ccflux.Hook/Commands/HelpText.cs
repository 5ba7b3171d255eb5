namespace Ccflux.Hook.Commands;

/// <summary>What <c>--help</c> prints for one command.</summary>
internal static class HelpText
{
    private const string ConfigDir = "  --config-dir DIR   Claude Code's config folder, or several parted by commas (default: CLAUDE_CONFIG_DIR, else ~/.claude)";
    private const string OneConfigDir = "  --config-dir DIR   Claude Code's config folder (default: CLAUDE_CONFIG_DIR, else ~/.claude)";

    /// <summary>The text that is asked for: with <c>--help</c> or <c>-h</c> behind a command, in front of any <c>--</c>, or with <c>help COMMAND</c>; null where
    /// none is, and for no command of ours.</summary>
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
            Makes a config folder part of a fleet. The code of the receiver's admin comes from FILE or from standard input.
              --endpoint URL     the receiver's address (default: the one that is set up)
            {OneConfigDir}
            """,
        ["agent", "hook", ..] => """
            ccflux agent hook
            Claude Code runs it at the events of the plugin ccflux-fleet, with the event on standard input. It prints nothing and always exits 0.
            """,
        ["agent", ..] => $"""
            ccflux agent [--config-dir DIR]
            Looks after the login of a config folder that belongs to a fleet. The hooks of the plugin ccflux-fleet start it.
            {OneConfigDir}
            See also: ccflux agent enrol --help
            """,
        ["hook" or "init" or "report-turn" or "session-end", ..] => """
            ccflux hook
            Claude Code runs it at its events, with the event on standard input. It notes the event, starts 'ccflux deliver', prints nothing and always exits 0.
            """,
        ["statusline", ..] => """
            ccflux statusline [-- COMMAND…]
            Claude Code runs it to draw its status line, with the session's figures on standard input. What COMMAND prints comes first.
            """,
        ["deliver", ..] => $"""
            ccflux deliver [--readings] [--config-dir DIR]
            Sends what hooks have noted, and prints nothing: activity.log and errors.log say what it did.
              --readings         only the readings of status lines
            {OneConfigDir}
            """,
        ["status", ..] => $"""
            ccflux status [--json] [--config-dir DIR]
            Says whether reporting works, and shows the newest turn of the last report exactly as it was sent.
            {ConfigDir}
            Exits 0, or 3 while the receiver refuses the token.
            """,
        ["usage", ..] => $"""
            ccflux usage [--by day|week|month|block|session|model] [--since DAY] [--until DAY] [--timezone NAME] [--json] [--config-dir DIR]
            Adds up what was used on this machine, from the transcripts alone. Where no folder is named, the sessions of Claude Desktop's agent mode count too.
              --by               what a row stands for (default: day). A week begins on Monday; a block is a 5-hour window, from the hour of its first turn
              --since DAY        only turns that ended on that day or later, such as 2026-11-01
              --until DAY        only turns that ended on that day or earlier
              --timezone NAME    whose days these are, such as Europe/Berlin or UTC (default: this machine's time zone)
              --json             one JSON document instead of a table
            {ConfigDir}
            """,
        ["pause", ..] => $"""
            ccflux pause [--config-dir DIR]
            Stops reporting. Turns until 'ccflux resume' are never sent.
            {ConfigDir}
            """,
        ["resume", ..] => $"""
            ccflux resume [--config-dir DIR]
            Goes on reporting, with turns from now on.
            {ConfigDir}
            """,
        ["backfill", ..] => $"""
            ccflux backfill [--since DAY] [--config-dir DIR]
            Reports every transcript of a config folder; safe to run again.
              --since DAY        only transcripts that were written to since that day, such as 2026-11-01
            {ConfigDir}
            Exits 0 when everything is reported, 1 when something is left.
            """,
        ["install", ..] => $"""
            ccflux install [--endpoint URL] [--token-file FILE] [--yes] [--no-check] [--config-dir DIR]
                           [--statusline] [--telemetry] [--telemetry-token-file FILE] [--fleet]
            Adds ccflux to Claude Code, and has the receiver check the token. The token comes from FILE (- is standard input), from CCFLUX_TOKEN, or is asked for.
              --endpoint URL     the receiver's address (default: the one that is set up, else it is asked for)
              --yes              asks nothing
              --no-check         does not call the receiver, for machines that are set up offline
              --statusline       shows how full the limits are in Claude Code's status line
              --telemetry        switches Claude Code's telemetry on; its token comes from --telemetry-token-file or CCFLUX_TELEMETRY_TOKEN
              --fleet            adds the plugin for machines of a fleet, too
            {ConfigDir}
            Exits 0 when it is installed and checked (or there was nothing to check), 1 when a file cannot be written, 2 when an option is wrong, 3 when it
            is installed and the receiver cannot be reached or refuses the token.
            """,
        ["uninstall", ..] => $"""
            ccflux uninstall [--yes] [--config-dir DIR]
            Takes ccflux out of Claude Code and restores what was there.
              --yes              asks nothing
            {ConfigDir}
            """,
        ["version", ..] => """
            ccflux version
            Prints the version.
            """,
        _ => null,
    };
}
