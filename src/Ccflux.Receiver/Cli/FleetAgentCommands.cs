using System.CommandLine;
using Ccflux.Receiver.Fleet.Agents;
using Ccflux.Receiver.Platform.Auth.Admin;

namespace Ccflux.Receiver.Cli;

/// <summary><c>fleet enrol|grant|give|revoke</c>.</summary>
internal static class FleetAgentCommands
{
    private static readonly Argument<string> s_agent = new("AGENT") { Description = "The agent's id, as list shows it." };

    public static Command Enrol()
    {
        var machine = new Option<string>("--machine") { Description = "The machine's host name; the code is good for it alone.", Required = true };
        var command = new Command("enrol", "Prints a code that enrols one agent on a machine, once, within the hour.") { machine };
        command.SetAction((result, _) => FleetCommand.RunAsync(async services =>
        {
            if (await services.GetRequiredService<AgentBook>().NewCodeAsync(result.GetValue(machine)!, AuditActor.Cli) is not { } code)
            {
                await CommandHost.FailAsync("No code was made: the machine's name is 1 to 255 characters on one line, and at most 1000 codes wait.");
                return CommandHost.Failed;
            }

            await Console.Out.WriteAsync($"""
                {code}

                Shown this once, good for an hour. On {result.GetValue(machine)!.Trim()}, for one config dir:
                  ccflux agent enrol --endpoint ADDRESS --code-file FILE
                Then say which accounts it may be given: ccflux-receiver fleet grant AGENT --account LABEL

                """);
            return CommandHost.Done;
        }));
        return command;
    }

    public static Command Grant()
    {
        var label = new Option<string>("--account") { Description = "The account's label.", Required = true };
        var withdraw = new Option<bool>("--withdraw") { Description = "No longer. What stands in its config dir stays there." };
        var command = new Command("grant", "Lets an agent be given an account.") { s_agent, label, withdraw };
        command.SetAction((result, cancellationToken) => FleetCommand.RunAsync(async services =>
        {
            if (await FleetCommand.FindAsync(services, result.GetValue(label)!, cancellationToken) is not { } account)
            {
                return CommandHost.Failed;
            }

            var granted = !result.GetValue(withdraw);
            var done = await services.GetRequiredService<AgentBook>().GrantAsync(result.GetValue(s_agent)!, account.AccountId, granted, AuditActor.Cli);
            return await ReportAsync(done, granted ? $"{account.Label} may be given to it." : $"{account.Label} is given to it no longer.");
        }));
        return command;
    }

    public static Command Give()
    {
        var label = new Option<string>("--account") { Description = "The account's label.", Required = true };
        var copy = new Option<bool>("--copy") { Description = "Where the login is held elsewhere, give a copy that works until its access token expires." };
        var command = new Command("give", "Seals an account's login to an agent, which puts it into its config dir with the next heartbeat.") { s_agent, label, copy };
        command.SetAction((result, cancellationToken) => FleetCommand.RunAsync(async services =>
        {
            if (await FleetCommand.FindAsync(services, result.GetValue(label)!, cancellationToken) is not { } account)
            {
                return CommandHost.Failed;
            }

            var issued = await services.GetRequiredService<CommandBox>().IssueAsync(result.GetValue(s_agent)!, account.AccountId, result.GetValue(copy), AuditActor.Cli);
            if (issued.Outcome != IssueOutcome.Issued)
            {
                await CommandHost.FailAsync($"{account.Label}: {issued.Outcome}");
                return CommandHost.Failed;
            }

            await Console.Out.WriteLineAsync($"{account.Label}: sealed to it, {(issued.Whole ? "whole" : "as a copy")}.");
            return CommandHost.Done;
        }));
        return command;
    }

    public static Command Revoke()
    {
        var command = new Command("revoke", "Ends an agent at once. An account whose login it holds needs a new one.") { s_agent };
        command.SetAction((result, _) => FleetCommand.RunAsync(async services =>
            await ReportAsync(await services.GetRequiredService<AgentBook>().RevokeAsync(result.GetValue(s_agent)!, AuditActor.Cli), "Revoked.")));
        return command;
    }

    private static async Task<int> ReportAsync(bool done, string message)
    {
        if (!done)
        {
            await CommandHost.FailAsync("There is no such agent, or the database cannot be written.");
            return CommandHost.Failed;
        }

        await Console.Out.WriteLineAsync(message);
        return CommandHost.Done;
    }
}
