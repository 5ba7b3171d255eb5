using System.CommandLine;
using System.Text;
using Ccflux.Receiver.Fleet.Agents;
using Ccflux.Receiver.Fleet.Vault;
using Ccflux.Receiver.Platform.Auth;

namespace Ccflux.Receiver.Cli;

/// <summary><c>fleet list|refresh|answer|remove|rotate-keys</c>.</summary>
internal static class FleetVaultCommands
{
    private static readonly Argument<string> s_label = new("LABEL") { Description = "The account's label." };

    public static Command List()
    {
        var command = new Command("list", "Lists accounts and agents. Shows fingerprints, never a token.");
        command.SetAction((_, cancellationToken) => FleetCommand.ReadAsync(async services =>
        {
            var now = services.GetRequiredService<TimeProvider>().GetUtcNow();
            foreach (var account in await services.GetRequiredService<VaultStore>().AllAsync(cancellationToken))
            {
                var holder = account.HolderMachine is { } machine ? $"{account.Holder} {machine}" : account.Holder;
                await Console.Out.WriteLineAsync(
                    $"account {account.Label}  {account.Email}  {account.Fingerprint}  {TokenRule.StateOf(account, now)}  held by {holder}  by {account.RefreshedBy}  expires {Minute(account.ExpiresAt)}");
            }

            foreach (var agent in await services.GetRequiredService<AgentStore>().AllAsync(cancellationToken))
            {
                var state = agent.RevokedAt is not null ? "revoked" : $"seen {(agent.LastSeenAt is { } seen ? Minute(seen) : "never")}{(agent.MustEnrolAgain ? ", must be enrolled again" : "")}";
                await Console.Out.WriteLineAsync($"agent {agent.AgentId}  {agent.Machine}  {agent.ConfigDirId}  keys {agent.KeyFingerprint}  {state}  {agent.Granted.Count} {(agent.Granted.Count == 1 ? "account" : "accounts")} granted");
            }

            return CommandHost.Done;
        }));
        return command;
    }

    public static Command Refresh()
    {
        var label = new Argument<string?>("LABEL") { Description = "One account; default: every account that is due.", Arity = ArgumentArity.ZeroOrOne };
        var again = new Option<bool>("--again") { Description = "Also retry a refresh whose outcome is unknown. If it already spent the token, the issuer may end the login." };
        var command = new Command("refresh", "Renews logins that the vault holds. Works while a receiver is running.") { label, again };
        command.SetAction((result, cancellationToken) => FleetCommand.RunAsync(async services =>
        {
            if (result.GetValue(label) is not { } name)
            {
                foreach (var (due, outcome) in await services.GetRequiredService<RefreshLoop>().RunAsync(cancellationToken))
                {
                    await Console.Out.WriteLineAsync($"{due.Label}: {outcome}");
                }

                return CommandHost.Done;
            }

            if (await FleetCommand.FindAsync(services, name, cancellationToken) is not { } account)
            {
                return CommandHost.Failed;
            }

            var done = await services.GetRequiredService<TokenRefresh>().RunAsync(account, Actor.Cli, result.GetValue(again));
            await Console.Out.WriteLineAsync($"{account.Label}: {done}");
            return done == RefreshOutcome.Renewed ? CommandHost.Done : CommandHost.Failed;
        }));
        return command;
    }

    public static Command Answer()
    {
        var command = new Command("answer", "Prints the response to a refresh that contained no usable login. It may contain tokens: show it to nobody.") { s_label };
        command.SetAction((result, cancellationToken) => FleetCommand.RunAsync(async services =>
        {
            if (await FleetCommand.FindAsync(services, result.GetValue(s_label)!, cancellationToken) is not { } account)
            {
                return CommandHost.Failed;
            }

            if (await services.GetRequiredService<TokenRefresh>().ReadUnreadAsync(account, Actor.Cli) is not { } answer)
            {
                await CommandHost.FailAsync($"No such response is stored for {account.Label}.");
                return CommandHost.Failed;
            }

            await Console.Out.WriteLineAsync($"{Minute(answer.At)}\n{Encoding.UTF8.GetString(answer.Body)}");
            return CommandHost.Done;
        }));
        return command;
    }

    public static Command Remove()
    {
        var command = new Command("remove", "Removes an account and its login. A config directory to which it was issued keeps its copy.") { s_label };
        command.SetAction((result, cancellationToken) => FleetCommand.RunAsync(async services =>
        {
            if (await FleetCommand.FindAsync(services, result.GetValue(s_label)!, cancellationToken) is not { } account)
            {
                return CommandHost.Failed;
            }

            if (await services.GetRequiredService<AccountEdit>().RemoveAsync(account.AccountId, Actor.Cli) is { } fault)
            {
                await CommandHost.FailAsync(fault);
                return CommandHost.Failed;
            }

            await Console.Out.WriteLineAsync($"Removed {account.Label}.");
            return CommandHost.Done;
        }));
        return command;
    }

    public static Command RotateKeys()
    {
        var signing = new Option<bool>("--signing-key") { Description = "Also replaces the key that signs commands to agents. Every agent must then be enrolled again: fleet enrol --agent AGENT." };
        var command = new Command("rotate-keys", "Creates a new key, encrypts everything with it, and removes the old keys.") { signing };
        command.SetAction((result, _) => FleetCommand.RunAsync(async services =>
        {
            if (await services.GetRequiredService<KeyRotation>().RunAsync(Actor.Cli, result.GetValue(signing)) is not { } rotated)
            {
                await CommandHost.FailAsync("The database is not accepting writes right now; the old keys are still valid.");
                return CommandHost.Failed;
            }

            await Console.Out.WriteLineAsync($"{rotated.Reencrypted} secrets encrypted again, {rotated.Removed} old keys removed. Back up the key ring again, separately from the database.");
            if (rotated.Unopened > 0)
            {
                await CommandHost.FailAsync($"{rotated.Unopened} secrets could not be opened: their key is not in the ring. Import these logins again.");
            }

            return rotated.Unopened > 0 ? CommandHost.Failed : CommandHost.Done;
        }));
        return command;
    }

    private static string Minute(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm'Z'", CultureInfo.InvariantCulture);
}
