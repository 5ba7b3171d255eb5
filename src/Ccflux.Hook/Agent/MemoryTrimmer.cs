using System.Globalization;
using Ccflux.Hook.Spool;

namespace Ccflux.Hook.Agent;

/// <summary>Releases memory that is not needed any more: garbage, which would otherwise be collected only after it has grown to megabytes, and pages of programs that
/// were read once. Pages that are needed after all come back from the system's cache.</summary>
internal static class MemoryTrimmer
{
    /// <summary>A run costs a few milliseconds; a few hundred kilobytes accumulate between runs.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMinutes(5);

    private const int NotNeeded = 4;

    public static void Shrink()
    {
        var unwritten = OperatingSystem.IsLinux() ? Unwritten(File.ReadLines("/proc/self/smaps")) : []; // thousands of lines, which are garbage afterwards
        GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        foreach (var (start, length) in unwritten)
        {
            _ = Posix.Advise(start, length, NotNeeded);
        }
    }

    /// <summary>Mappings of files that are read-only and were never written to: the loader writes to some before it locks them, and those must stay.</summary>
    private static List<(nuint Start, nuint Length)> Unwritten(IEnumerable<string> smaps)
    {
        // 55d63e267000-55d63e88e000 r-xp 00010000 fe:00 5645446    /home/dev/.claude/ccflux/marketplace/plugin-fleet/bin/ccflux
        // Rss:                5404 kB
        // Anonymous:             0 kB
        var found = new List<(nuint Start, nuint Length)>();
        (ulong Start, ulong End)? candidate = null;
        foreach (var line in smaps)
        {
            var fields = line.Split(' ', 3);
            if (fields is [var range, "r-xp" or "r--p", var rest] && rest.Contains('/', StringComparison.Ordinal)
                && range.Split('-') is [var from, var to]
                && ulong.TryParse(from, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var start)
                && ulong.TryParse(to, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var end))
            {
                candidate = (start, end);
            }
            else if (!fields[0].EndsWith(':'))
            {
                candidate = null;
            }
            else if (candidate is { } mapping && fields[0] is "Anonymous:")
            {
                if (fields[^1].Trim() is "0 kB")
                {
                    found.Add(((nuint)mapping.Start, (nuint)(mapping.End - mapping.Start)));
                }

                candidate = null;
            }
        }

        return found;
    }
}
