using System.CommandLine;
using Ccflux.Receiver.Identity.Users;
using Ccflux.Receiver.Platform.Api;
using Ccflux.Receiver.Platform.Auth;
using nietras.SeparatedValues;

namespace Ccflux.Receiver.Cli;

/// <summary><c>users import CSV</c>: adds many users at once and prints their tokens as CSV, only once.</summary>
internal static class UsersImport
{
    private const int MaxPeople = 100_000;
    private const string Heads = "email,token,telemetry_token,endpoint";

    public static Command Make()
    {
        var file = new Argument<string>("CSV") { Description = "A file with the columns email, division and days (the last two may be missing or empty); - reads stdin." };
        var command = new Command("import", "Adds users from a CSV file and prints email,token,telemetry_token,endpoint lines, only once. Users with a live token are not changed.") { file };
        command.SetAction((result, cancellationToken) => CommandHost.RunAsync(async services =>
        {
            using var input = string.Equals(result.GetValue(file), "-", StringComparison.Ordinal) ? Console.In : new StreamReader(result.GetValue(file)!);
            return await RunAsync(services, input, cancellationToken);
        }));
        return command;
    }

    private static async Task<int> RunAsync(IServiceProvider services, TextReader input, CancellationToken cancellationToken)
    {
        var accounts = services.GetRequiredService<UserAdministration>();
        int added = 0, kept = 0, failed = 0;
        await Console.Out.WriteLineAsync(Heads);
        foreach (var (number, email, division, daysText) in People(input).Take(MaxPeople))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (Days(daysText) is not { } days)
            {
                await CommandHost.FailAsync($"line {number}: days: expected a whole number.");
                failed++;
                continue;
            }

            var outcome = await accounts.AddAsync(Actor.Cli, email, division, days);
            if (outcome.IsOk)
            {
                // The endpoint is empty without BASE_URL, and the telemetry token if it could not be issued now.
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

        await CommandHost.FailAsync($"{added} added, {kept} already had a live token, {failed} failed.");
        return failed == 0 ? CommandHost.Done : CommandHost.Failed;
    }

    /// <summary>Reads the rows of CSV with commas or semicolons, without empty rows and the header.</summary>
    private static IEnumerable<(int Line, string Email, string Division, string Days)> People(TextReader input)
    {
        using var rows = Sep.Reader(options => options with { HasHeader = false, DisableColCountCheck = true, Unescape = true, Trim = SepTrim.All }).From(input);
        foreach (var row in rows)
        {
            var email = Field(row, 0).TrimStart('\uFEFF');
            if ((email.Length > 0 || row.ColCount > 1) && !(row.RowIndex == 0 && string.Equals(email, "email", StringComparison.OrdinalIgnoreCase)))
            {
                yield return (row.LineNumberFrom, email, Field(row, 1), Field(row, 2));
            }
        }
    }

    private static string Field(SepReader.Row row, int column) => column < row.ColCount ? row[column].ToString() : "";

    private static int? Days(string text) =>
        text.Length == 0 ? UserAdministration.DefaultDays
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var days) ? days
        : null;
}
