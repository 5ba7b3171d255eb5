using System.CommandLine;
using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Platform.Auth.Admin;
using Ccflux.Receiver.Platform.Calendar;
using Ccflux.Receiver.Platform.Database;
using Ccflux.Receiver.Platform.Settings;
using Ccflux.Receiver.Usage.Ledger;
using Ccflux.Storage.Reading;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Cli;

/// <summary><c>recount [--check]</c>: counts the ledger's sums again from its facts. The audit log shows when that was last done, and what was found.</summary>
internal static class RecountCommand
{
    public static Command Make()
    {
        var check = new Option<bool>("--check") { Description = "Only compare, while the receiver runs; exit code 1 if a sum is wrong." };
        var command = new Command("recount", "Counts all sums of usage again from the requests. The receiver must be stopped, except with --check.") { check };
        command.SetAction((result, cancellationToken) => CommandHost.ReadAsync(
            services => result.GetValue(check) ? CheckAsync(services, cancellationToken) : RebuildAsync(services, cancellationToken)));
        return command;
    }

    private static async Task<int> CheckAsync(IServiceProvider services, CancellationToken cancellationToken)
    {
        var (users, wrong) = (0, 0);
        await foreach (var user in LedgerRecount.UsersAsync(services.GetRequiredService<ReadSessions>(), cancellationToken))
        {
            users++;
            foreach (var difference in await DifferencesAsync(services, user, cancellationToken))
            {
                wrong++;
                await Console.Out.WriteLineAsync($"user {user}: {difference.Rows} rows of {difference.Table} differ from a count over the requests.");
            }
        }

        await Console.Out.WriteLineAsync(wrong == 0 ? $"All sums of {users} users are right." : "`ccflux-receiver recount` counts the sums again.");
        await RecordAsync(services, "usage.check", wrong == 0 ? $"all sums of {users} users are right" : $"{wrong} kinds of sums are wrong");
        return wrong == 0 ? CommandHost.Done : CommandHost.Failed;
    }

    private static async Task<int> RebuildAsync(IServiceProvider services, CancellationToken cancellationToken)
    {
        using var held = DatabaseLock.Take(services.GetRequiredService<DatabaseOptions>().Path);
        var (writer, ledger, time) = (services.GetRequiredService<GroupCommitWriter>(), services.GetRequiredService<LedgerWriter>(), services.GetRequiredService<TimeProvider>());
        var users = 0;
        await foreach (var user in LedgerRecount.UsersAsync(services.GetRequiredService<ReadSessions>(), cancellationToken))
        {
            var result = await writer.WriteAsync(session =>
            {
                ledger.Rebuild(session, user, time.GetUtcNow().ToUnixTimeMilliseconds());
                return true;
            });
            if (!result.IsCommitted)
            {
                await CommandHost.FailAsync($"The database is not accepting writes. The sums of {users} users are counted again; run the command again.");
                return CommandHost.Failed;
            }

            users++;
        }

        await Console.Out.WriteLineAsync($"Counted the sums of {users} users again.");
        await RecordAsync(services, "usage.recount", $"of {users} users");
        return CommandHost.Done;
    }

    private static async Task RecordAsync(IServiceProvider services, string action, string detail)
    {
        var entry = new AuditEntry(services.GetRequiredService<TimeProvider>().GetUtcNow(), Actor.Cli, action, "", detail);
        var written = await services.GetRequiredService<GroupCommitWriter>().WriteAsync(session =>
        {
            AuditLog.Write(session, entry);
            return true;
        });
        if (!written.IsCommitted)
        {
            await CommandHost.FailAsync("The database is not accepting writes, so the audit log does not show this run.");
        }
    }

    /// <summary>In one snapshot, so that a report that arrives meanwhile is in the facts and in the sums, or in neither.</summary>
    private static async Task<IReadOnlyList<LedgerRecount.Difference>> DifferencesAsync(IServiceProvider services, long user, CancellationToken cancellationToken)
    {
        using var session = await services.GetRequiredService<ReadSessions>().OpenAsync(cancellationToken);
        session.BeginSnapshot();
        return [.. LedgerRecount.Check(session, services.GetRequiredService<OrganisationCalendar>(), user)];
    }
}
