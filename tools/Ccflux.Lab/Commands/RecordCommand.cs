using System.CommandLine;
using System.Text;
using Ccflux.Lab.Rotation;
using Ccflux.Receiver.Cli;
using Ccflux.Receiver.Platform.Database;
using Ccflux.Receiver.Quota;
using Ccflux.Storage.Reading;
using Microsoft.Extensions.DependencyInjection;

namespace Ccflux.Lab.Commands;

/// <summary><c>record FILE</c>: writes a recorded fortnight as a scenario for <c>simulate</c>. It only reads, and does not need FLEET=1.</summary>
internal static class RecordCommand
{
    private const string Date = "yyyy-MM-dd";

    public static Command Make()
    {
        var file = new Argument<string>("FILE") { Description = "The new scenario; it must not exist yet." };
        var from = new Option<string?>("--from") { Description = "The first of the fourteen days (UTC), such as 2026-11-02; default: the last fourteen complete days." };
        var user = new Option<string[]>("--user") { Description = "Only this user's work, by e-mail address; can be repeated. Default: the work of machines with agents or, if there are none, of everyone." };
        var command = new Command("record", "Writes the polls and reports of a fortnight as a scenario for simulate.") { file, from, user };
        command.SetAction((result, cancellationToken) => CommandHost.ReadAsync(services =>
            RunAsync(services, result.GetValue(file)!, result.GetValue(from), result.GetValue(user) ?? [], cancellationToken)));
        return command;
    }

    private static async Task<int> RunAsync(IServiceProvider services, string target, string? date, string[] users, CancellationToken cancellationToken)
    {
        var today = new DateTimeOffset(services.GetRequiredService<TimeProvider>().GetUtcNow().UtcDateTime.Date, TimeSpan.Zero);
        var (earliest, latest) = (today.AddDays(-services.GetRequiredService<QuotaOptions>().DetailDays), today.AddSeconds(-Fortnight.Seconds));
        var from = latest;
        if (date is not null &&
            (!DateTimeOffset.TryParseExact(date, Date, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out from) || from < earliest || from > latest))
        {
            await CommandHost.FailAsync($"--from: a day such as {Word(latest)}, from {Word(earliest)} (single readings are kept for QUOTA_DETAIL_DAYS) to {Word(latest)} (the fortnight must be complete).");
            return CommandHost.Failed;
        }

        var (recorded, fault) = await new FortnightHistory(services.GetRequiredService<ReadSessions>()).ReadAsync(from, users, cancellationToken);
        if (recorded is null)
        {
            await CommandHost.FailAsync($"From {Word(from)}: {fault}.");
            return CommandHost.Failed;
        }

        PrivateFile.Create(target);
        await File.WriteAllTextAsync(target, recorded.Scenario.ToJson(), new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), cancellationToken);
        var requests = recorded.Scenario.Demand.Sum(work => (long)work.RequestsPerHour);
        await Console.Out.WriteLineAsync(
            $"Wrote {target}: 14 days from {Word(from)}; accounts: {recorded.Scenario.Accounts.Count}, config dirs: {recorded.Scenario.Demand.DistinctBy(work => work.ConfigDir).Count()}, requests: {requests}.");
        foreach (var note in recorded.Notes)
        {
            await Console.Out.WriteLineAsync(note);
        }

        return CommandHost.Done;
    }

    private static string Word(DateTimeOffset day) => day.ToString(Date, CultureInfo.InvariantCulture);
}
