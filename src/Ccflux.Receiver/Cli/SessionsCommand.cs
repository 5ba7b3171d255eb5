using System.CommandLine;
using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Platform.Auth.Admin;

namespace Ccflux.Receiver.Cli;

/// <summary><c>sessions list|end</c>: who is signed in to the pages. Works while a receiver is running; changes apply to it at once.</summary>
internal static class SessionsCommand
{
    public static Command Make()
    {
        var command = new Command("sessions", "Sessions of people who are signed in to the pages. Works while the receiver runs.");
        command.Add(List());
        command.Add(End());
        return command;
    }

    private static Command List()
    {
        var command = new Command("list", "Lists open sessions: id, role, start and last use (UTC).");
        command.SetAction((_, cancellationToken) => CommandHost.RunAsync(async services =>
        {
            await Console.Out.WriteLineAsync($"{"SESSION",-12}  {"ROLE",-6}  {"BEGAN",-16}  LAST USED");
            foreach (var session in await services.GetRequiredService<AdminSessions>().ListAsync(cancellationToken))
            {
                await Console.Out.WriteLineAsync($"{session.Id}  {session.Role,-6}  {Minute(session.CreatedAt)}  {Minute(session.LastUsedAt)}");
            }

            return CommandHost.Done;
        }));
        return command;
    }

    private static Command End()
    {
        var id = new Argument<string>("SESSION") { Description = "The id, as shown by `sessions list`." };
        var command = new Command("end", "Ends a session at once.") { id };
        command.SetAction((result, _) => CommandHost.RunAsync(async services =>
        {
            if (!await services.GetRequiredService<AdminSessions>().EndByIdAsync(result.GetValue(id)!, Actor.Cli))
            {
                await CommandHost.FailAsync("There is no such session, or the database is not accepting writes right now.");
                return CommandHost.Failed;
            }

            await Console.Out.WriteLineAsync("Ended.");
            return CommandHost.Done;
        }));
        return command;
    }

    private static string Minute(long milliseconds) =>
        UnixTime.At(milliseconds).ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
}
