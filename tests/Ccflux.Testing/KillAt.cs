using System.Diagnostics;
using System.Globalization;

namespace Ccflux.Testing;

/// <summary>
/// Ends this process as the kernel would, at the step that a test names: <c>KILL_AT=queue-saved</c>, or <c>queue-saved:3</c> for the third time it gets there. Only
/// the test programs contain it; the installed programs do not read such a variable and have no code for it.
/// </summary>
internal sealed class KillAt
{
    public const string Variable = "KILL_AT";

    private readonly string _step;
    private int _left;

    private KillAt(string step, int times)
    {
        _step = step;
        _left = times;
    }

    /// <exception cref="InvalidOperationException">No step is named: the test started the wrong program.</exception>
    public static KillAt FromEnvironment()
    {
        var wanted = Environment.GetEnvironmentVariable(Variable)?.Split(':') ?? throw new InvalidOperationException($"{Variable} names no step.");
        return new KillAt(wanted[0], wanted is [_, var times] ? int.Parse(times, NumberStyles.None, CultureInfo.InvariantCulture) : 1);
    }

    public void Reached(string step)
    {
        if (string.Equals(step, _step, StringComparison.Ordinal) && Interlocked.Decrement(ref _left) == 0)
        {
            using var self = Process.GetCurrentProcess();
            self.Kill();
            // The signal may take a moment to arrive, and nothing after this step may run.
            Thread.Sleep(Timeout.Infinite);
        }
    }
}
