using Ccflux.Receiver.Identity.Users;
using Ccflux.Storage.Sqlite;
using Dapper;

namespace Ccflux.Receiver.Cli;

/// <summary>Prints the table of <c>users list</c>.</summary>
internal static class UserList
{
    public static async Task WriteAsync(IServiceProvider services, TextWriter output, CancellationToken cancellationToken)
    {
        using var lease = await services.GetRequiredService<SqliteReaders>().RentAsync(cancellationToken);
        var now = services.GetRequiredService<TimeProvider>().GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
        var users = (await lease.Connection.QueryAsync<Row>(new CommandDefinition(UserListSql.Select, new { now }, cancellationToken: cancellationToken))).AsList();
        var width = users.Select(user => UserRules.Printable(user.Email).Length).Append("E-MAIL".Length).Max();
        await output.WriteLineAsync($"{"ID",6}  {"E-MAIL".PadRight(width)}  {"TOKEN",-8}  {"EXPIRES",-10}  {"LAST REPORT",-16}  DIVISION");
        foreach (var user in users)
        {
            await output.WriteLineAsync($"{user.Id,6}  {UserRules.Printable(user.Email).PadRight(width)}  {user.State,-8}  {Day(user.ExpiresAt),-10}  {user.LastReport ?? "never",-16}  {user.Division}");
        }
    }

    private static string Day(string? time) => time is { Length: >= 10 } ? time[..10] : "-";

    private sealed class Row
    {
        public long Id { get; init; }

        public string Email { get; init; } = "";

        public string Division { get; init; } = "";

        public string State { get; init; } = "";

        public string? ExpiresAt { get; init; }

        public string? LastReport { get; init; }
    }
}
