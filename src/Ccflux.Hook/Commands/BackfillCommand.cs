using System.Globalization;
using Ccflux.Hook.Delivery;
using Ccflux.Hook.Spool;

namespace Ccflux.Hook.Commands;

/// <summary><c>ccflux backfill</c>: reports every transcript on the machine as history. What was acknowledged before is not sent again.</summary>
internal static class BackfillCommand
{
    private static readonly TimeSpan s_waitForLock = TimeSpan.FromSeconds(10);

    public static async Task<int> RunAsync(StateDirectory state, string? since, TextWriter output, CancellationToken cancellationToken)
    {
        DateTimeOffset? from = null;
        if (since is not null)
        {
            if (!DateTimeOffset.TryParse(since, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var day))
            {
                await output.WriteLineAsync("--since needs a day, such as 2026-11-01.").ConfigureAwait(false);
                return 2;
            }

            from = day;
        }

        var bar = new ProgressBar(output, Console.IsOutputRedirected);
        var runner = new DeliveryRunner(state, TimeProvider.System) { Progress = bar.Show };
        var giveUp = TimeProvider.System.GetUtcNow() + s_waitForLock;
        Delivered delivered;
        while ((delivered = await runner.RunAsync(Scope.Everything, from, cancellationToken).ConfigureAwait(false)) == Delivered.Busy
            && TimeProvider.System.GetUtcNow() < giveUp)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, cancellationToken).ConfigureAwait(false);
        }

        bar.End();
        await output.WriteLineAsync($"{Plural.Of(runner.Acknowledged, "request")} acknowledged. {Sentence(delivered, runner, state)}").ConfigureAwait(false);
        return delivered == Delivered.All ? 0 : 1;
    }

    private static string Sentence(Delivered delivered, DeliveryRunner runner, StateDirectory state) => delivered switch
    {
        Delivered.All when PausedIntervals.Load(state).Intervals.Count > 0 => "Nothing is left to report; requests from a pause or under a revoked key are never sent.",
        Delivered.All => "Everything on this machine has been reported.",
        Delivered.Busy => "Another ccflux process is delivering right now; try again in a minute.",
        Delivered.NotConfigured => "No receiver is set up here. Run 'ccflux install', or 'ccflux status' to see what is missing.",
        Delivered.Paused => "Reporting is paused: nothing is sent until you run 'ccflux resume'.",
        Delivered.KeyRevoked => "This device's key was revoked by the administrator: nothing is sent.",
        Delivered.TokenRefused => "The receiver refuses the token. Ask your administrator for a new one.",
        Delivered.Resting => "The receiver asked clients to wait. The rest is sent later.",
        Delivered.BackfillCap =>
            $"The receiver accepts no more history from you for now; {runner.Held} {(runner.Held == 1 ? "session is" : "sessions are")} left. They are sent automatically with the first event after {runner.HeldUntil?.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture)}, or when you run this again then.",
        Delivered.Unfinished => "The receiver could not be reached or was busy. The rest is sent later; see errors.log for details.",
    };

    /// <summary>On a terminal: <c>[#########---------] 12 of 24 transcripts</c>.</summary>
    private sealed class ProgressBar(TextWriter output, bool silent)
    {
        private const int Width = 30;
        private int _shown = -1;

        public void Show(int done, int all)
        {
            var filled = all == 0 ? Width : done * Width / all;
            if (silent || (filled == _shown && done != all))
            {
                return;
            }

            _shown = filled;
            output.Write($"\r[{new string('#', filled)}{new string('-', Width - filled)}] {done} of {Plural.Of(all, "transcript")} ");
            output.Flush();
        }

        public void End()
        {
            if (_shown >= 0)
            {
                output.WriteLine();
            }
        }
    }
}
