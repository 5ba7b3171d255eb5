using Ccflux.Receiver.Platform.Jobs;
using Ccflux.Receiver.Telemetry;
using Ccflux.Receiver.Telemetry.Auth;
using Ccflux.Receiver.Usage.Ledger;
using Ccflux.Storage.Reading;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Composition;

/// <summary>
/// Gives what was reported under the organisation's token to whom it belongs: an installation's usage to the user to whom an admin assigned it, and back when that is undone; that of a claimed address to
/// its user while <c>TRUST_CLAIMED_EMAIL</c> is set. Runs at start, every hour for users who were added since, and whenever an assignment changes; a few rows per transaction, so that reports do not have
/// to wait. Stopped at any point, it goes on with the next run.
/// </summary>
internal sealed partial class SubjectMoves(
    ReadSessions readers, GroupCommitWriter writer, LedgerWriter ledger, SubjectWakeSignal wake, TelemetryOptions options, TimeProvider time, ILogger<SubjectMoves> logger) : BackgroundService
{
    private const int RowsPerWrite = 200;
    private static readonly TimeSpan s_interval = TimeSpan.FromHours(1);

    /// <summary>Several assignments in a row need one run.</summary>
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(2);

    /// <summary>Runs one pass.</summary>
    /// <returns>How many rows were moved.</returns>
    internal async Task<int> MoveAsync(CancellationToken cancellationToken)
    {
        var moved = 0;
        foreach (var subject in await SubjectsAsync(cancellationToken))
        {
            int part;
            do
            {
                cancellationToken.ThrowIfCancellationRequested();
                var result = await writer.WriteAsync(session => Move(session, subject));
                if (!result.IsCommitted)
                {
                    // The database accepts no writes now: the rest is tried again after the pause.
                    wake.Give();
                }

                part = result.Or(0);
                moved += part;
            }
            while (part > 0);
        }

        if (moved > 0)
        {
            Log.Moved(logger, moved);
        }

        return moved;
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        PeriodicLoop.RunAsync(time, s_interval, wake, s_pause, MoveAsync, exception => Log.Failed(logger, exception), stoppingToken);

    /// <summary>Whose it is may have changed since the subjects were read.</summary>
    private int Move(WriteSession session, long subject) =>
        session.Scalar(PortsSql.SubjectHolder, ("subject", subject), ("trust", options.TrustClaimedEmail)) is { } holder
            ? SubjectMove.Run(session, ledger, subject, holder, RowsPerWrite)
            : 0;

    private async Task<IReadOnlyList<long>> SubjectsAsync(CancellationToken cancellationToken)
    {
        using var session = await readers.OpenAsync(cancellationToken);
        return session.List(PortsSql.MisplacedSubjects, static rows => rows.Int64(0), ("trust", options.TrustClaimedEmail));
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Gave {Rows} rows of telemetry's usage to those whose they are")]
        public static partial void Moved(ILogger logger, int rows);

        [LoggerMessage(2, LogLevel.Error, "Giving telemetry's usage to those whose it is failed; retrying in an hour")]
        public static partial void Failed(ILogger logger, Exception exception);
    }
}
