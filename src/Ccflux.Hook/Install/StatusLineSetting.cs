using System.Text.Json.Nodes;

namespace Ccflux.Hook.Install;

/// <summary>Sets our command as the client's <c>statusLine</c>. A previous command is wrapped, and its other settings stay.</summary>
internal static class StatusLineSetting
{
    private const string Name = "statusLine";
    private static readonly string s_wraps = OperatingSystem.IsWindows() ? " -- sh -c " : " -- /bin/sh -c ";

    // {"statusLine":{"type":"command","command":"'/home/dev/.claude/ccflux/marketplace/plugin/bin/ccflux' statusline -- /bin/sh -c 'their command'","padding":0}}

    public static void Add(JsonText root, string program)
    {
        Remove(root, program);
        var ours = Command(program);
        if (root.Text(Name, "command") is { Length: > 0 } theirs)
        {
            root.Set([Name, "command"], ours + s_wraps + Quote(theirs));
        }
        else
        {
            root.Set([Name], new JsonObject { ["type"] = "command", ["command"] = ours });
        }
    }

    public static void Remove(JsonText root, string program)
    {
        if (root.Text(Name, "command") is not { } command || !command.StartsWith(Command(program), StringComparison.Ordinal))
        {
            return;
        }

        var rest = command[Command(program).Length..];
        if (rest.StartsWith(s_wraps, StringComparison.Ordinal) && Unquote(rest[s_wraps.Length..]) is { } theirs)
        {
            root.Set([Name, "command"], theirs);
        }
        else
        {
            root.Remove(Name);
        }
    }

    /// <summary>The client passes it to a shell, on Windows too, which understands forward slashes.</summary>
    private static string Command(string program) => Quote(OperatingSystem.IsWindows() ? program.Replace('\\', '/') : program) + " statusline";

    private static string Quote(string text) => $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    /// <summary>Null if it is not in the form that <see cref="Quote"/> writes.</summary>
    private static string? Unquote(string quoted)
    {
        if (quoted.Length < 2 || quoted[0] != '\'' || quoted[^1] != '\'')
        {
            return null;
        }

        var text = quoted[1..^1].Replace("'\\''", "'", StringComparison.Ordinal);
        return string.Equals(Quote(text), quoted, StringComparison.Ordinal) ? text : null;
    }
}
