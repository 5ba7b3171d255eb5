using System.Text;
using Ccflux.Receiver.Fleet.Vault;
using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Tests.Hosting;
using Ccflux.Simulator;
using Ccflux.Testing;
using Microsoft.AspNetCore.Builder;

namespace Ccflux.Receiver.Tests.Fleet;

/// <summary>A vault that several processes work on: its folder, the simulated issuer on a loopback port, a receiver in this process, and as many separate receiver
/// processes as a test starts.</summary>
internal sealed class SharedVault : IAsyncDisposable
{
    private readonly WebApplication _server;
    private readonly (string Key, string? Value)[] _settings;

    private SharedVault(string root, SimulatedUpstream issuer, WebApplication server, (string Key, string? Value)[] settings, RunningReceiver here)
    {
        Root = root;
        Issuer = issuer;
        _server = server;
        _settings = settings;
        Here = here;
    }

    public string Root { get; }

    public SimulatedUpstream Issuer { get; }

    public Uri IssuerAddress => new(_server.Urls.Single());

    public RunningReceiver Here { get; }

    public static async Task<SharedVault> OpenAsync(int accounts)
    {
        var root = Directory.CreateTempSubdirectory("ccflux-stage-").FullName;
        Directory.CreateDirectory(Path.Combine(root, "db"));
        var issuer = new SimulatedUpstream(accounts, TimeProvider.System);
        var server = await SimulatorServer.StartAsync(issuer, TimeProvider.System, 0);
        var address = server.Urls.Single();
        (string, string?)[] settings =
        [
            ("FLEET", "1"), ("VAULT_KEY_PATH", Path.Combine(root, "keys")), ("ENV_FILE", Path.Combine(root, ".env")),
            ("ALLOW_TEST_UPSTREAMS", "1"), ("ANTHROPIC_TOKEN_URL", address), ("ANTHROPIC_API_URL", address),
        ];
        return new SharedVault(root, issuer, server, settings, await RunningReceiver.StartAsync(_ => { }, Path.Combine(root, "db"), null, settings));
    }

    public async Task ImportAsync(int number, TimeSpan lifetime)
    {
        var login = Issuer.Accounts[number - 1].Login(TimeProvider.System.GetUtcNow() + lifetime);
        var result = await Here.Service<AccountImport>().ImportAsync($"seat {number}", Encoding.UTF8.GetBytes(login), vaultOnly: true, Actor.Cli, CancellationToken.None);
        Assert.NotNull(result.AccountId);
    }

    /// <summary>A separate receiver process on the same database, to be killed at a step.</summary>
    public ReceiverProcess Process(string killedAt)
    {
        var process = new ReceiverProcess(Path.Combine(Root, "db"), killedAt);
        foreach (var (key, value) in _settings)
        {
            process.With(key, value!);
        }

        return process;
    }

    public async ValueTask DisposeAsync()
    {
        await Here.StopAsync();
        await _server.DisposeAsync();
        Directory.Delete(Root, recursive: true);
    }
}
