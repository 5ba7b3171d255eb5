using System.CommandLine;
using Ccflux.Receiver.Platform.Api;
using Ccflux.Receiver.Platform.Auth.Admin;
using Ccflux.Receiver.Platform.Auth.Users;

namespace Ccflux.Receiver.Cli;

/// <summary><c>users import CSV</c>: adds many users at once and writes their tokens, this once, as CSV.</summary>
internal static class UsersImport
{
    private const int MaxLines = 100_000;
    private const string Heads = "email,token,telemetry_token,endpoint";

    public static Command Make()
    {
        var file = new Argument<string>("CSV") { Description = "A file with the columns email, division and days (the last two may be missing or empty); - reads stdin." };
        var command = new Command("import", "Adds users from a CSV file and prints email,token,telemetry_token,endpoint lines, this once. Users with a live token are left as they are.") { file };
        command.SetAction((result, cancellationToken) => CommandHost.RunAsync(async services =>
        {
            using var input = string.Equals(result.GetValue(file), "-", StringComparison.Ordinal) ? Console.In : new StreamReader(result.GetValue(file)!);
            return await RunAsync(services, input, cancellationToken);
        }));
        return command;
    }

    private static async Task<int> RunAsync(IServiceProvider services, TextReader input, CancellationToken cancellationToken)
    {
        var accounts = services.GetRequiredService<UserAccounts>();
        int added = 0, kept = 0, failed = 0;
        await Console.Out.WriteLineAsync(Heads);
        for (var number = 1; number <= MaxLines && await input.ReadLineAsync(cancellationToken) is { } line; number++)
        {
            var fields = CsvLine.Split(line);
            if (string.IsNullOrWhiteSpace(line) || (number == 1 && string.Equals(fields[0], "email", StringComparison.OrdinalIgnoreCase)))
            {
                continue;
            }

            if (Days(fields) is not { } days)
            {
                await CommandHost.FailAsync($"line {number}: days: expected a whole number.");
                failed++;
                continue;
            }

            var outcome = await accounts.AddAsync(AuditActor.Cli, fields[0], fields.ElementAtOrDefault(1), days);
            if (outcome.IsOk)
            {
                // The endpoint stays empty without BASE_URL, the telemetry token where it could not be made now.
                var companions = await NewToken.CompanionsAsync(services, outcome.Target);
                var telemetry = string.Join(' ', companions.Select(companion => companion.Token));
                await Console.Out.WriteLineAsync($"{Csv.Text(outcome.Target)},{outcome.Token},{telemetry},{Csv.Text(NewToken.Address(services) ?? "")}");
                added++;
            }
            else if (outcome.Fault == AccountFault.AlreadyLive)
            {
                kept++;
            }
            else
            {
                await CommandHost.FailAsync($"line {number}: {outcome.Message}");
                failed++;
            }
        }

        await CommandHost.FailAsync($"{added} added, {kept} had a live token already, {failed} not taken.");
        return failed == 0 ? CommandHost.Done : CommandHost.Failed;
    }

    private static int? Days(IReadOnlyList<string> fields) =>
        fields.Count < 3 || fields[2].Length == 0 ? UserAccounts.DefaultDays
        : int.TryParse(fields[2], NumberStyles.None, CultureInfo.InvariantCulture, out var days) ? days
        : null;
}
