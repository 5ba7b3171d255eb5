using System.CommandLine;
using Ccflux.Contracts.Fleet;
using Ccflux.Receiver.Fleet.Vault;
using Ccflux.Receiver.Platform.Auth;

namespace Ccflux.Receiver.Cli;

/// <summary><c>fleet import</c>: imports a login from a config directory of Claude Code, or from stdin, into the vault. The config directory is only read.</summary>
internal static class FleetImport
{
    private const int MaxBytes = 16 * FleetLimits.MaxLogin;

    public static Command Make()
    {
        var label = new Option<string>("--label") { Description = "The account's label.", Required = true };
        var folder = new Option<string?>("--config-dir") { Description = "The config directory from which .credentials.json is read; - reads its text from stdin. Default: CLAUDE_CONFIG_DIR, otherwise ~/.claude." };
        var vaultOnly = new Option<bool>("--vault-only")
        {
            Description = "The login was created for the vault only: the receiver renews it. Without this option, someone's client keeps using it, and it is never renewed here.",
        };
        var command = new Command("import", "Imports a login into the vault, or a new login for an existing account.") { label, folder, vaultOnly };
        command.SetAction((result, cancellationToken) => FleetCommand.RunAsync(async services =>
        {
            if (await ReadAsync(result.GetValue(folder), cancellationToken) is not { } json)
            {
                await CommandHost.FailAsync($"A credentials file is limited to {MaxBytes / 1024} KiB.");
                return CommandHost.Failed;
            }

            var outcome = await services.GetRequiredService<AccountImport>()
                .ImportAsync(result.GetValue(label)!, json, result.GetValue(vaultOnly), Actor.Cli, cancellationToken);
            if (outcome.AccountId is null)
            {
                await CommandHost.FailAsync(outcome.Message);
                return CommandHost.Failed;
            }

            await Console.Out.WriteLineAsync(outcome.Message);
            return CommandHost.Done;
        }));
        return command;
    }

    private static async Task<byte[]?> ReadAsync(string? folder, CancellationToken cancellationToken)
    {
        await using var input = string.Equals(folder, "-", StringComparison.Ordinal)
            ? Console.OpenStandardInput()
            : new FileStream(Path.Combine(folder ?? ConfigDir(), ".credentials.json"), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var buffer = new byte[MaxBytes + 1];
        var length = await input.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
        return length > MaxBytes ? null : buffer[..length];
    }

    private static string ConfigDir() =>
        Environment.GetEnvironmentVariable("CLAUDE_CONFIG_DIR") is { Length: > 0 } named
            ? named
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".claude");
}
