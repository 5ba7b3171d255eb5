using Ccflux.Receiver.Identity.Users;
using Ccflux.Receiver.Platform.Auth;
using Ccflux.Storage.Reading;

namespace Ccflux.Receiver.Cli;

/// <summary>Prints the table of <c>users list</c>.</summary>
internal static class UserList
{
    public static async Task WriteAsync(IServiceProvider services, DataScope allowed, TextWriter output, CancellationToken cancellationToken)
    {
        using var session = await services.GetRequiredService<ReadSessions>().OpenAsync(cancellationToken);
        var now = services.GetRequiredService<TimeProvider>().GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
        var users = session.List(
            UserListSql.Select,
            static rows => (Id: rows.Int64(0), Email: rows.Text(1), Division: rows.Text(2), State: rows.Text(3), ExpiresAt: rows.TextOrNull(4), LastReport: rows.Int64OrNull(5)),
            allowed.With(("now", now)));
        var width = users.Select(user => UserRules.Printable(user.Email).Length).Append("E-MAIL".Length).Max();
        await output.WriteLineAsync($"{"ID",6}  {"E-MAIL".PadRight(width)}  {"TOKEN",-8}  {"EXPIRES",-10}  {"LAST REPORT",-16}  DIVISION");
        foreach (var user in users)
        {
            await output.WriteLineAsync($"{user.Id,6}  {UserRules.Printable(user.Email).PadRight(width)}  {user.State,-8}  {Day(user.ExpiresAt),-10}  {Minute(user.LastReport) ?? "never",-16}  {user.Division}");
        }
    }

    private static string Day(string? time) => time is { Length: >= 10 } ? time[..10] : "-";

    private static string? Minute(long? milliseconds) => UnixTime.At(milliseconds)?.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
}
