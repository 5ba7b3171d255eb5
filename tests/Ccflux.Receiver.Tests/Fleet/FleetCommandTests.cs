using System.Text.RegularExpressions;
using Ccflux.Simulator;
using Ccflux.Testing;

namespace Ccflux.Receiver.Tests.Fleet;

/// <summary>The real program against the simulator of the issuer.</summary>
public sealed partial class FleetCommandTests : IDisposable
{
    private readonly string _keys = Path.Combine(Path.GetTempPath(), $"ccflux-keys-{Guid.NewGuid():N}");
    private readonly ReceiverProcess _receiver = new();

    public void Dispose()
    {
        _receiver.Dispose();
        if (Directory.Exists(_keys))
        {
            Directory.Delete(_keys, recursive: true);
        }
    }

    [Fact]
    public async Task Commands_FromImportToRotation_WorkWithoutShowingASecret()
    {
        var issuer = new SimulatedUpstream(1, TimeProvider.System);
        await using var server = await SimulatorServer.StartAsync(issuer, TimeProvider.System, 0);
        var address = server.Urls.Single();
        _receiver.With("FLEET", "1").With("VAULT_KEY_PATH", _keys).With("ALLOW_TEST_UPSTREAMS", "1").With("ANTHROPIC_TOKEN_URL", address).With("ANTHROPIC_API_URL", address);
        Directory.CreateDirectory(_receiver.PathOf("config"));
        var login = issuer.Accounts[0].Login(TimeProvider.System.GetUtcNow().AddMinutes(30));
        var (access, refresh) = (issuer.Accounts[0].AccessToken, issuer.Accounts[0].RefreshToken);
        await File.WriteAllTextAsync(_receiver.PathOf("config/.credentials.json"), "{\"claudeAiOauth\":" + login + ",\"mcpOAuth\":{}}", TestContext.Current.CancellationToken);

        var imported = await _receiver.RunAsync("fleet", "import", "--label", "work", "--config-dir", "config", "--vault-only");
        var refreshed = await _receiver.RunAsync("fleet", "refresh");
        var again = await _receiver.RunAsync(login, ["fleet", "import", "--label", "other", "--config-dir", "-"]);
        var code = await _receiver.RunAsync("fleet", "enrol", "--machine", "build-1");
        var rotated = await _receiver.RunAsync("fleet", "rotate-keys");
        var list = await _receiver.RunAsync("fleet", "list");

        Assert.Equal((0, ""), (imported.ExitCode, imported.Error));
        Assert.Equal("work: Renewed\n", refreshed.Output);
        Assert.Equal((1, ""), (again.ExitCode, again.Output));
        Assert.Contains("Sign in again", again.Error, StringComparison.Ordinal);
        Assert.Matches(Code(), code.Output);
        Assert.Matches("--receiver-key [0-9a-f]{4}(-[0-9a-f]{4}){4} ", code.Output);
        var both = await _receiver.RunAsync("fleet", "enrol", "--machine", "build-1", "--agent", "a");
        var nobody = await _receiver.RunAsync("fleet", "enrol", "--agent", "a");
        Assert.Equal((1, 1, ""), (both.ExitCode, nobody.ExitCode, both.Output + nobody.Output));
        Assert.Contains("either --machine NAME", both.Error, StringComparison.Ordinal);
        Assert.Contains("there is no such agent", nobody.Error, StringComparison.Ordinal);
        Assert.Equal((0, ""), (rotated.ExitCode, rotated.Error));
        Assert.Matches("account work +seat1@example.org +[0-9a-f]{12} +Ok +held by vault +by switcher", list.Output);
        Assert.All(new[] { imported, refreshed, again, code, rotated, list }, outcome =>
        {
            Assert.DoesNotContain(access, outcome.Output + outcome.Error, StringComparison.Ordinal);
            Assert.DoesNotContain(refresh, outcome.Output + outcome.Error, StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task Settings_ThatWouldPutKeysBesideTheDatabase_AreFaults()
    {
        var off = await _receiver.RunAsync("fleet", "list");
        var missing = await _receiver.With("FLEET", "1").RunAsync("fleet", "list");
        var beside = await _receiver.With("VAULT_KEY_PATH", _receiver.PathOf("keys")).With("ANTHROPIC_TOKEN_URL", "http://127.0.0.1:1").RunAsync("fleet", "list");

        Assert.Equal((2, true), (off.ExitCode, off.Error.Contains("FLEET=1", StringComparison.Ordinal)));
        Assert.Equal((2, true), (missing.ExitCode, missing.Error.Contains("VAULT_KEY_PATH: FLEET=1 needs a folder", StringComparison.Ordinal)));
        Assert.Equal(2, beside.ExitCode);
        Assert.Contains("is inside the database's folder", beside.Error, StringComparison.Ordinal);
        Assert.Contains("ANTHROPIC_TOKEN_URL: refresh tokens are sent to", beside.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_receiver.PathOf("keys")));
    }

    [GeneratedRegex("^fcode_[0-9a-f]{32}\n", RegexOptions.None, 1000)]
    private static partial Regex Code();
}
