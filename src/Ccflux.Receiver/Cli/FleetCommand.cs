using System.CommandLine;
using Ccflux.Receiver.Fleet;
using Ccflux.Receiver.Fleet.Vault;

namespace Ccflux.Receiver.Cli;

/// <summary><c>fleet …</c>: accounts, agents and keys of the vault. Works while a receiver is running.</summary>
internal static class FleetCommand
{
    public static Command Make()
    {
        var command = new Command("fleet", "The vault of logins and its agents. Needs FLEET=1, except for record and simulate; read docs/fleet.md first.");
        command.Add(FleetImport.Make());
        command.Add(FleetVaultCommands.List());
        command.Add(FleetVaultCommands.Refresh());
        command.Add(FleetVaultCommands.Answer());
        command.Add(FleetVaultCommands.Remove());
        command.Add(FleetVaultCommands.RotateKeys());
        command.Add(FleetAgentCommands.Enrol());
        command.Add(FleetAgentCommands.Grant());
        command.Add(FleetAgentCommands.Give());
        command.Add(FleetAgentCommands.Revoke());
        return command;
    }

    /// <summary>Runs a command if the fleet is on.</summary>
    public static Task<int> RunAsync(Func<IServiceProvider, Task<int>> command) => CommandHost.RunAsync(services => WhereOnAsync(services, command));

    /// <summary>The same for a command that only reads.</summary>
    public static Task<int> ReadAsync(Func<IServiceProvider, Task<int>> command) => CommandHost.RunAsync(services =>
        WhereOnAsync(services, inner => CommandHost.WhereThereIsADatabaseAsync(inner, command)));

    /// <summary>Finds the account with a label; if there is none, reports that.</summary>
    public static async Task<AccountFacts?> FindAsync(IServiceProvider services, string label, CancellationToken cancellationToken)
    {
        var vaultStore = services.GetRequiredService<VaultStore>();
        var account = await vaultStore.FindByLabelAsync(label, cancellationToken) is { } id ? await vaultStore.FindAsync(id, cancellationToken) : null;
        if (account is null)
        {
            await CommandHost.FailAsync($"There is no account with the label {label}.");
        }

        return account;
    }

    private static async Task<int> WhereOnAsync(IServiceProvider services, Func<IServiceProvider, Task<int>> command)
    {
        if (services.GetRequiredService<FleetOptions>().Enabled)
        {
            return await command(services);
        }

        await CommandHost.FailAsync("The fleet is off: set FLEET=1 and VAULT_KEY_PATH, as for the receiver itself.");
        return CommandHost.WrongSettings;
    }
}
