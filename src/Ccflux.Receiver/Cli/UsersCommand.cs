using System.CommandLine;
using Ccflux.Receiver.Identity.Users;
using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Usage.Retention;

namespace Ccflux.Receiver.Cli;

/// <summary><c>users add|list|revoke|reissue|forget-usage|import</c>. Works while a receiver is running; changes apply to it within seconds.</summary>
internal static class UsersCommand
{
    private static readonly Argument<string> s_email = new("EMAIL") { Description = "The user's e-mail address." };

    public static Command Make()
    {
        var command = new Command("users", "Users and their tokens. Works while the receiver runs.");
        command.Add(Add());
        command.Add(List());
        command.Add(Revoke());
        command.Add(Change("reissue", "Replaces a user's token and telemetry token; the old ones end.", (accounts, email) => accounts.ReissueAsync(Actor.Cli, email)));
        command.Add(ForgetUsage());
        command.Add(UsersImport.Make());
        return command;
    }

    private static Command Add()
    {
        var division = new Option<string?>("--division") { Description = "Team or department, for your own records." };
        var days = new Option<int>("--days") { Description = $"Days the token is valid, counted from its last use (1 to {UserRules.MaxDays}).", DefaultValueFactory = _ => UserAdministration.DefaultDays };
        var command = new Command("add", "Adds a user and prints the new tokens, only once.") { s_email, division, days };
        command.SetAction((result, _) => CommandHost.RunAsync(async services =>
        {
            var outcome = await services.GetRequiredService<UserAdministration>().AddAsync(Actor.Cli, result.GetValue(s_email), result.GetValue(division), result.GetValue(days));
            return await ReportAsync(services, "Added", outcome);
        }));
        return command;
    }

    private static Command List()
    {
        var command = new Command("list", "Lists users: division, state of the token, last report.");
        command.SetAction((_, cancellationToken) => CommandHost.ReadAsync(async services =>
        {
            await UserList.WriteAsync(services, Principal.Cli.Scope, Console.Out, cancellationToken);
            return CommandHost.Done;
        }));
        return command;
    }

    private static Command Revoke()
    {
        var email = new Argument<string?>("EMAIL") { Description = "The user's e-mail address.", Arity = ArgumentArity.ZeroOrOne };
        var id = new Option<long?>("--id") { Description = "Instead, the user's id as shown by `users list`: for an e-mail address that cannot be typed." };
        var command = new Command("revoke", "Ends a user's tokens at once; the history stays.") { email, id };
        command.SetAction((result, _) => CommandHost.RunAsync(async services =>
        {
            var accounts = services.GetRequiredService<UserAdministration>();
            switch (result.GetValue(email), result.GetValue(id))
            {
                case ({ } address, null):
                    return await ReportAsync(services, "Revoked", await accounts.RevokeAsync(Actor.Cli, address));
                case (null, { } number):
                    return await ReportAsync(services, "Revoked", await accounts.RevokeAsync(Actor.Cli, number));
                default:
                    await CommandHost.FailAsync("users revoke: name the user by either EMAIL or --id.");
                    return CommandHost.Failed;
            }
        }));
        return command;
    }

    private static Command ForgetUsage()
    {
        var yes = new Option<bool>("--yes") { Description = "Do it. Without this option, the command only prints what it would do." };
        var command = new Command("forget-usage", "Permanently removes all turns that a user reported. Tokens, devices and telemetry stay.") { s_email, yes };
        command.SetAction((result, _) => CommandHost.RunAsync(async services =>
        {
            var email = result.GetValue(s_email)!;
            if (!result.GetValue(yes))
            {
                await CommandHost.FailAsync($"This removes everything that {email} reported from every figure, and cannot be undone. Repeat it with --yes.");
                return CommandHost.Failed;
            }

            var (outcome, facts) = await services.GetRequiredService<UsageRemoval>().ForgetAsync(Actor.Cli, email);
            if (!outcome.IsOk)
            {
                await CommandHost.FailAsync(outcome.Message);
                return CommandHost.Failed;
            }

            await Console.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"Removed {facts} requests and turns of {outcome.Target}."));
            return CommandHost.Done;
        }));
        return command;
    }

    private static Command Change(string name, string description, Func<UserAdministration, string, Task<UserChangeResult>> change)
    {
        var command = new Command(name, description) { s_email };
        command.SetAction((result, _) => CommandHost.RunAsync(async services =>
        {
            var outcome = await change(services.GetRequiredService<UserAdministration>(), result.GetValue(s_email)!);
            return await ReportAsync(services, "Reissued", outcome);
        }));
        return command;
    }

    private static async Task<int> ReportAsync(IServiceProvider services, string done, UserChangeResult outcome)
    {
        if (!outcome.IsOk)
        {
            await CommandHost.FailAsync(outcome.Message);
            return CommandHost.Failed;
        }

        await Console.Out.WriteLineAsync($"{done} {outcome.Target}.");
        if (outcome.Token is { } token)
        {
            var companions = await NewToken.CompanionsAsync(services, outcome.Target);
            await Console.Out.WriteAsync(NewToken.Text(token, companions, NewToken.Address(services)));
        }

        return CommandHost.Done;
    }
}
