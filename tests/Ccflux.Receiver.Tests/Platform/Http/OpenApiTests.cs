using Ccflux.Receiver.Tests.Hosting;

namespace Ccflux.Receiver.Tests.Platform.Http;

/// <summary>The API's document is a contract with programs: a change to it is deliberate and visible.</summary>
public sealed class OpenApiTests
{
    [Fact]
    public async Task Document_IsAsCommitted()
    {
        await using var receiver = await RunningReceiver.StartAsync(settings: [("FLEET", "1"), ("VAULT_KEY_PATH", Directory.CreateTempSubdirectory("ccflux-keys-").FullName)]);

        using var answer = await receiver.Client.FetchAsync("/docs/v1.json", bearer: RunningReceiver.ViewerToken);
        var document = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

        Repository.AssertMatches("tests/Ccflux.Receiver.Tests/Platform/Http/openapi.json", document + "\n");
    }
}
