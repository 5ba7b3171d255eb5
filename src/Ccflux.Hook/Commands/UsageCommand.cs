using System.Globalization;
using System.Security;
using System.Text;
using Ccflux.Hook.Spool;
using Ccflux.Hook.Transcript;

namespace Ccflux.Hook.Commands;

/// <summary><c>ccflux usage</c>: local totals, offline: the requests that reports contain, by the same rules.</summary>
internal static class UsageCommand
{
    private const string Usage = """
        Usage: ccflux usage [--by day|week|month|block|session|model] [--since DAY] [--until DAY] [--timezone NAME]
                            [--config-dir DIR] [--json]
        """;

    private const int Wrong = 2;

    /// <summary>Takes the arguments after <c>usage</c> and returns the exit code.</summary>
    public static int Run(ReadOnlySpan<string> args, Stream output, TextWriter error, TimeProvider time)
    {
        var arguments = Arguments.Read(args, "--config-dir=", "--by=", "--since=", "--until=", "--timezone=", "--json");
        if (arguments.Problem is not null || Parse(arguments.Value("--by") ?? "day") is not { } by)
        {
            error.WriteLine(Usage);
            return Wrong;
        }

        if (!TryRead(arguments, by, time, out var view, out var problem))
        {
            error.WriteLine(problem);
            return Wrong;
        }

        var states = arguments.States();
        if (arguments.Problem is { } missing)
        {
            error.WriteLine(missing);
            return Wrong;
        }

        // A user who names a folder wants that folder only.
        var isNamed = arguments.Has("--config-dir") || ConfigDirNames.FromEnvironment is not null;
        var table = new UsageTable(view, LocalRequests.Read(states.Select(state => state.ConfigDir), isNamed ? [] : DesktopFolders.Find()));
        Write(table, PriceListAge.At(time), arguments.Has("--json"), output);
        foreach (var unread in table.Problems)
        {
            error.WriteLine($"{unread.Path} was not read: {unread.Reason}.");
        }

        return 0;
    }

    private static void Write(UsageTable table, PriceListAge prices, bool json, Stream output)
    {
        if (json)
        {
            UsageJsonWriter.Write(table, prices, output);
            output.Write("\n"u8);
            return;
        }

        using var text = new StreamWriter(output, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), leaveOpen: true);
        UsageText.Write(table, prices, text);
    }

    private static bool TryRead(Arguments arguments, UsageBy by, TimeProvider time, out UsageView view, out string problem)
    {
        view = new UsageView(by, time.LocalTimeZone);
        problem = string.Empty;
        if (arguments.Value("--timezone") is { } name)
        {
            if (Zone(name) is not { } zone)
            {
                problem = $"Unknown time zone '{name}'. Use a name such as Europe/Berlin, or UTC.";
                return false;
            }

            view = view with { Zone = zone };
        }

        if (!TryReadDay(arguments.Value("--since"), out var since) || !TryReadDay(arguments.Value("--until"), out var until))
        {
            problem = "--since and --until need a day, such as 2026-11-01.";
            return false;
        }

        if (since > until)
        {
            problem = "--since is after --until.";
            return false;
        }

        view = view with { Since = since, Until = until };
        return true;
    }

    private static TimeZoneInfo? Zone(string name)
    {
        try
        {
            return TimeZoneInfo.FindSystemTimeZoneById(name);
        }
        catch (Exception exception) when (exception is TimeZoneNotFoundException or InvalidTimeZoneException or SecurityException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }

    private static bool TryReadDay(string? text, out DateOnly? day)
    {
        day = DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var read) ? read : null;
        return text is null || day is not null;
    }

    private static UsageBy? Parse(string by) => by switch
    {
        "day" => UsageBy.Day,
        "week" => UsageBy.Week,
        "month" => UsageBy.Month,
        "block" => UsageBy.Block,
        "session" => UsageBy.Session,
        "model" => UsageBy.Model,
        _ => null,
    };
}
