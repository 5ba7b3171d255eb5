using System.Text;
using Ccflux.Hook.Transcript;

namespace Ccflux.Hook.Commands;

/// <summary><c>ccflux usage</c>: local totals by the rules that reports follow, offline.</summary>
internal static class UsageCommand
{
    private const string Usage = "Usage: ccflux usage [--config-dir DIR] [--by day|session|model] [--json]";
    private const int Wrong = 2;

    /// <summary>Takes what stands after <c>usage</c>, gives the exit code.</summary>
    public static int Run(ReadOnlySpan<string> args, Stream output, TextWriter error)
    {
        string? configDir = null;
        UsageBy? by = UsageBy.Day;
        var json = false;
        for (var i = 0; i < args.Length && by is not null; i++)
        {
            switch (args[i])
            {
                case "--json":
                    json = true;
                    break;
                case "--config-dir" when i + 1 < args.Length:
                    configDir = args[++i];
                    break;
                case "--by" when i + 1 < args.Length:
                    by = Parse(args[++i]);
                    break;
                default:
                    by = null;
                    break;
            }
        }

        if (by is null)
        {
            error.WriteLine(Usage);
            return Wrong;
        }

        configDir ??= DefaultConfigDir();
        if (!Directory.Exists(configDir))
        {
            error.WriteLine($"There is no folder {configDir}.");
            return Wrong;
        }

        var table = new UsageTable(by.Value);
        foreach (var session in TreeScan.Run(configDir))
        {
            table.Add(session);
        }

        Write(table, by.Value, json, output);
        foreach (var problem in table.Problems)
        {
            error.WriteLine($"{problem.Path} was not read: {problem.Reason}.");
        }

        return 0;
    }

    private static void Write(UsageTable table, UsageBy by, bool json, Stream output)
    {
        if (json)
        {
            UsageJsonWriter.Write(table, output);
            output.Write("\n"u8);
            return;
        }

        using var text = new StreamWriter(output, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), leaveOpen: true);
        UsageText.Write(table, by, text);
    }

    private static UsageBy? Parse(string by) => by switch
    {
        "day" => UsageBy.Day,
        "session" => UsageBy.Session,
        "model" => UsageBy.Model,
        _ => null,
    };

    private static string DefaultConfigDir() =>
        Environment.GetEnvironmentVariable("CLAUDE_CONFIG_DIR") is { Length: > 0 } configured
            ? configured
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".claude");
}
