using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using Ccflux.Receiver.Tests.Hosting;

namespace Ccflux.Receiver.Tests.Platform.Downloads;

/// <summary>The client programs that the receiver offers for download.</summary>
public sealed class DownloadTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("ccflux-download-").FullName;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Program_IsServedToEverybody_WholeOrInPart_WithItsHash()
    {
        var content = Enumerable.Range(0, 5000).Select(each => (byte)each).ToArray();
        await File.WriteAllBytesAsync(Path.Combine(_folder, "ccflux-linux-x86_64"), content, Cancellation);
        await using var receiver = await RunningReceiver.StartAsync(null, ("DOWNLOAD_DIR", _folder));

        using var whole = await receiver.Client.FetchAsync("/download/ccflux-linux-x86_64");
        using var own = await receiver.Client.FetchAsync("/download/ccflux-Linux-x86_64");
        using var head = await receiver.Client.SendAsync(new HttpRequestMessage(HttpMethod.Head, new Uri("/download/ccflux-linux-x86_64", UriKind.Relative)), Cancellation);
        using var part = await receiver.Client.SendAsync(
            new HttpRequestMessage(HttpMethod.Get, new Uri("/download/ccflux-linux-x86_64", UriKind.Relative)) { Headers = { Range = new RangeHeaderValue(10, 19) } }, Cancellation);
        var page = await (await receiver.Client.FetchAsync("/download", accept: "text/html")).Content.ReadAsStringAsync(Cancellation);

        Assert.Equal(content, await whole.Content.ReadAsByteArrayAsync(Cancellation));
        Assert.Equal(content, await own.Content.ReadAsByteArrayAsync(Cancellation));
        Assert.Equal($"sha-256=:{Convert.ToBase64String(SHA256.HashData(content))}:", whole.Headers.GetValues("Repr-Digest").Single());
        Assert.Equal((HttpStatusCode.OK, content.Length), (head.StatusCode, head.Content.Headers.ContentLength));
        Assert.Empty(await head.Content.ReadAsByteArrayAsync(Cancellation));
        Assert.Equal(HttpStatusCode.PartialContent, part.StatusCode);
        Assert.Equal(content[10..20], await part.Content.ReadAsByteArrayAsync(Cancellation));
        Assert.Contains(Convert.ToHexStringLower(SHA256.HashData(content)), page, StringComparison.Ordinal);
        Assert.Contains("5&#x202F;000", page, StringComparison.Ordinal);
        Assert.DoesNotContain("PowerShell", page, StringComparison.Ordinal);

        // Another build takes its place while the receiver runs.
        await File.WriteAllTextAsync(Path.Combine(_folder, "ccflux-linux-x86_64"), "new", Cancellation);
        using var renewed = await receiver.Client.FetchAsync("/download/ccflux-linux-x86_64");
        Assert.Equal($"sha-256=:{Convert.ToBase64String(SHA256.HashData("new"u8))}:", renewed.Headers.GetValues("Repr-Digest").Single());
    }

    [Theory]
    [InlineData("secret.txt")]
    [InlineData("ccflux-linux-aarch64")]
    [InlineData("..%2Fccflux.db")]
    [InlineData("CCFLUX-LINUX-X86_64")]
    public async Task AnythingElse_IsNotFound(string name)
    {
        await File.WriteAllTextAsync(Path.Combine(_folder, "secret.txt"), "secret", Cancellation);
        await File.WriteAllTextAsync(Path.Combine(_folder, "ccflux-linux-x86_64"), "program", Cancellation);
        await using var receiver = await RunningReceiver.StartAsync(null, ("DOWNLOAD_DIR", _folder));

        using var answer = await receiver.Client.FetchAsync("/download/" + name);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Fact]
    public async Task TokenPage_SaysWhereTheProgramComesFrom()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder, "ccflux-windows-x86_64.exe"), "program", Cancellation);
        await using var with = await RunningReceiver.StartAsync(null, ("DOWNLOAD_DIR", _folder), ("BASE_URL", "https://ccflux.example.org"));
        await using var without = await RunningReceiver.StartAsync(null, ("DOWNLOAD_DIR", Path.Combine(_folder, "nothing")), ("BASE_URL", "https://ccflux.example.org"));

        Assert.Contains("curl.exe -fLo ccflux.exe https://ccflux.example.org/download/ccflux-windows-x86_64.exe;", await AddAsync(with), StringComparison.Ordinal);
        Assert.Contains(">plugin/bin/ccflux install --endpoint https://ccflux.example.org<", await AddAsync(without), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Downloads_OfOneAddress_AreBounded()
    {
        await using var receiver = await RunningReceiver.StartAsync(null, ("DOWNLOAD_DIR", _folder), ("ADMIN_RATE_LIMIT_PER_MINUTE", "1"));
        using var first = await receiver.Client.FetchAsync("/download/ccflux-linux-x86_64");

        using var second = await receiver.Client.FetchAsync("/download/ccflux-linux-x86_64");

        Assert.Equal(HttpStatusCode.TooManyRequests, second.StatusCode);
    }

    private static async Task<string> AddAsync(RunningReceiver receiver)
    {
        using var answer = await receiver.Client.PostFormAsync(
            "/admin/users", [new("email", "a@example.org"), new("days", "30")], bearer: RunningReceiver.AdminToken, headers: ("Accept", "text/html"));
        return await answer.Content.ReadAsStringAsync(Cancellation);
    }
}
