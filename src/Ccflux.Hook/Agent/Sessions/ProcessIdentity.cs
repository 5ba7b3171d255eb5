using System.Globalization;
using System.Runtime.InteropServices;
using Ccflux.Hook.Spool;

namespace Ccflux.Hook.Agent.Sessions;

/// <summary>Identifies a process by its id and its start time, because ids are reused.</summary>
/// <param name="Id">The process id.</param>
/// <param name="Started">Clock ticks since the machine started; 0 if the system does not report them.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ProcessIdentity(int Id, long Started)
{
    /// <summary>The client that runs this hook: it is named in <c>CLAUDE_PID</c>, and is the parent process otherwise.</summary>
    public static ProcessIdentity OfClient()
    {
        var named = int.TryParse(Environment.GetEnvironmentVariable("CLAUDE_PID"), NumberStyles.None, CultureInfo.InvariantCulture, out var id) && id > 1;
        if (!named)
        {
            id = OperatingSystem.IsWindows() ? 0 : Posix.ParentProcessId();
        }

        return new ProcessIdentity(id, StartOf(id) ?? 0);
    }

    public bool IsAlive()
    {
        if (OperatingSystem.IsLinux())
        {
            return StartOf(Id) is { } started && (Started == 0 || started == Started);
        }

        return !OperatingSystem.IsWindows() && Posix.Signal(Id, 0) == 0;
    }

    // 4242 (claude) S 1 4242 … : field 22 is the start time; the name in parentheses may contain anything, even a closing parenthesis.
    private static long? StartOf(int id)
    {
        if (!OperatingSystem.IsLinux() || id <= 1)
        {
            return null;
        }

        Span<byte> stat = stackalloc byte[1024];
        var length = Posix.ReadSmallFile(string.Create(CultureInfo.InvariantCulture, $"/proc/{id}/stat"), stat);
        if (length <= 0)
        {
            return null;
        }

        var rest = stat[..length];
        rest = rest[(rest.LastIndexOf((byte)')') + 1)..];
        var field = 2;
        foreach (var range in rest.Split((byte)' '))
        {
            if (field++ == 22 && long.TryParse(rest[range], NumberStyles.None, CultureInfo.InvariantCulture, out var ticks))
            {
                return rest.Length > 1 && rest[1] == 'Z' ? null : ticks; // a process that ended and was not reaped yet does nothing any more
            }
        }

        return null;
    }
}
