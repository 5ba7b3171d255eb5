using System.Text;
using Ccflux.Hook.Spool;
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
        var arguments = Arguments.Read(args, "--config-dir=", "--by=", "--json");
        if (arguments.Problem is not null || Parse(arguments.Value("--by") ?? "day") is not { } by)
        {
            error.WriteLine(Usage);
            return Wrong;
        }

        var states = arguments.States();
        if (arguments.Problem is { } problem)
        {
            error.WriteLine(problem);
            return Wrong;
        }

        var table = new UsageTable(by);
        var ledger = MessageLedger.InMemory();
        foreach (var session in states.SelectMany(state => TreeScan.Run(state.ConfigDir, ledger)))
        {
            table.Add(session);
        }

        // Whoever names a folder wants that folder's.
        var isNamed = arguments.Has("--config-dir") || ConfigDirNames.FromEnvironment is not null;
        foreach (var session in isNamed ? [] : DesktopFolders.Find().SelectMany(dir => TreeScan.Run(dir, ledger)))
        {
            table.AddDesktop(session);
        }

        Write(table, by, arguments.Has("--json"), output);
        foreach (var unread in table.Problems)
        {
            error.WriteLine($"{unread.Path} was not read: {unread.Reason}.");
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
}
