using System.CommandLine;
using Ccflux.Contracts.Fleet;
using Ccflux.Receiver.Fleet.Agents;
using Ccflux.Receiver.Platform.Auth;

namespace Ccflux.Receiver.Cli;

/// <summary><c>fleet enrol|grant|give|revoke</c>.</summary>
internal static class FleetAgentCommands
{
    private static readonly Argument<string> s_agent = new("AGENT") { Description = "The agent's id, as shown by fleet list." };

    public static Command Enrol()
    {
        var machine = new Option<string?>("--machine") { Description = "For a new agent: the machine's host name, as the machine reports it. This guards against mistakes, not against deception." };
        var agent = new Option<string?>("--agent") { Description = "For an existing agent, by its id: the code gives it new keys and withdraws its grants." };
        var command = new Command("enrol", "Prints a code that enrols one agent, once, within an hour: a new agent or the given one.") { machine, agent };
        command.SetAction((result, _) => FleetCommand.RunAsync(async services =>
        {
            var (name, renewed) = (result.GetValue(machine), result.GetValue(agent));
            if ((name is null) == (renewed is null))
            {
                await CommandHost.FailAsync("Give either --machine NAME, for a new agent, or --agent AGENT, for one that needs new keys.");
                return CommandHost.Failed;
            }

            var book = services.GetRequiredService<AgentStore>();
            var code = renewed is null ? await book.NewCodeAsync(name!, Actor.Cli) : await book.NewCodeForAsync(renewed, Actor.Cli);
            if (code is null || await book.ReceiverFingerprintAsync() is not { } fingerprint)
            {
                await CommandHost.FailAsync(renewed is null
                    ? $"No code was created: the machine's name must be 1 to {FleetLimits.MaxMachine} characters on one line, and at most {AgentStore.MaxCodes} codes can be unused."
                    : $"No code was created: there is no such agent, or {AgentStore.MaxCodes} codes are unused.");
                return CommandHost.Failed;
            }

            await Console.Out.WriteAsync($"""
                {code}

                Shown only once, valid for an hour. {(renewed is null ? $"On {name!.Trim()}, for one config dir:" : "In the config dir of that agent:")}
                  ccflux agent enrol --endpoint ADDRESS --receiver-key {fingerprint} --code-file FILE
                It prints its own keys' fingerprint. Check that fleet list shows the same, then grant it the accounts that it may use:
                  ccflux-receiver fleet grant AGENT --account LABEL

                """);
            return CommandHost.Done;
        }));
        return command;
    }

    public static Command Grant()
    {
        var label = new Option<string>("--account") { Description = "The account's label.", Required = true };
        var withdraw = new Option<bool>("--withdraw") { Description = "Withdraws the grant. The login in its config directory stays there." };
        var command = new Command("grant", "Allows an account to be issued to an agent.") { s_agent, label, withdraw };
        command.SetAction((result, cancellationToken) => FleetCommand.RunAsync(async services =>
        {
            if (await FleetCommand.FindAsync(services, result.GetValue(label)!, cancellationToken) is not { } account)
            {
                return CommandHost.Failed;
            }

            var granted = !result.GetValue(withdraw);
            var done = await services.GetRequiredService<AgentStore>().GrantAsync(result.GetValue(s_agent)!, account.AccountId, granted, Actor.Cli);
            return await ReportAsync(done, granted ? $"{account.Label} may be issued to the agent." : $"{account.Label} is no longer issued to the agent.");
        }));
        return command;
    }

    public static Command Give()
    {
        var label = new Option<string>("--account") { Description = "The account's label.", Required = true };
        var copy = new Option<bool>("--copy") { Description = "If the login is held elsewhere, issue a copy that works until its access token expires." };
        var command = new Command("give", "Seals an account's login to an agent, which puts it into its config directory at the next heartbeat.") { s_agent, label, copy };
        command.SetAction((result, cancellationToken) => FleetCommand.RunAsync(async services =>
        {
            if (await FleetCommand.FindAsync(services, result.GetValue(label)!, cancellationToken) is not { } account)
            {
                return CommandHost.Failed;
            }

            var issued = await services.GetRequiredService<AgentCommandQueue>().IssueAsync(result.GetValue(s_agent)!, account.AccountId, result.GetValue(copy), Actor.Cli);
            if (issued.Outcome != IssueOutcome.Issued)
            {
                await CommandHost.FailAsync($"{account.Label}: {issued.Outcome}");
                return CommandHost.Failed;
            }

            await Console.Out.WriteLineAsync($"{account.Label}: sealed to the agent, {(issued.Whole ? "as a full login" : "as a copy")}.");
            return CommandHost.Done;
        }));
        return command;
    }

    public static Command Revoke()
    {
        var command = new Command("revoke", "Ends an agent and its grants at once. An account whose login it holds needs a new login.") { s_agent };
        command.SetAction((result, _) => FleetCommand.RunAsync(async services =>
            await ReportAsync(await services.GetRequiredService<AgentStore>().RevokeAsync(result.GetValue(s_agent)!, Actor.Cli), "Revoked.")));
        return command;
    }

    private static async Task<int> ReportAsync(bool done, string message)
    {
        if (!done)
        {
            await CommandHost.FailAsync("There is no such agent, or the database is not accepting writes right now.");
            return CommandHost.Failed;
        }

        await Console.Out.WriteLineAsync(message);
        return CommandHost.Done;
    }
}
