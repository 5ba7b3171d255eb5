using Ccflux.Hook.Spool;

namespace Ccflux.Hook.Commands;

/// <summary><c>ccflux pause</c> and <c>ccflux resume</c>: the user's switch. Nothing dated in between is ever sent.</summary>
internal static class PauseCommand
{
    public static int Pause(StateDirectory state, TextWriter output)
    {
        state.Create();
        output.WriteLine(PausedIntervals.Load(state).Open(PausedInterval.Paused, TimeProvider.System.GetUtcNow())
            ? "Paused. Nothing is sent from now on, and what you do until you run 'ccflux resume' is never sent later either."
            : "Already paused. Nothing is sent.");
        return 0;
    }

    public static int Resume(StateDirectory state, TextWriter output)
    {
        state.Create();
        if (!PausedIntervals.Load(state).Close(PausedInterval.Paused, TimeProvider.System.GetUtcNow()))
        {
            output.WriteLine("Reporting is not paused.");
            return 0;
        }

        output.WriteLine("Resumed. What you do from now on is reported; what you did during the pause never is.");
        _ = DetachedProcess.Start("deliver", "--config-dir", state.ConfigDir);
        return 0;
    }
}
