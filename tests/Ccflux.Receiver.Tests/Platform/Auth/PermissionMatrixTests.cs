using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Tests.Hosting;
using Ccflux.Receiver.Tests.Usage.Read;
using Microsoft.AspNetCore.Authorization;

namespace Ccflux.Receiver.Tests.Platform.Auth;

/// <summary>Who may do what, for every route of the receiver, in one committed table: a change to it is deliberate and visible.</summary>
public sealed class PermissionMatrixTests
{
    private const string Table = "tests/Ccflux.Receiver.Tests/Platform/Auth/permission-matrix.txt";

    private const string Head = """
        # What every route needs, and the status of its answer to a request without a token, with VIEWER_TOKEN and with ADMIN_TOKEN as the bearer token.
        # A request has no body and no query string, so an admitted change is mostly refused for its fields. CCFLUX_REWRITE=1 writes this file.


        """;

    private static readonly (string Name, string? Bearer)[] s_callers = [("anonymous", null), ("viewer", RunningReceiver.ViewerToken), ("admin", RunningReceiver.AdminToken)];

    [Fact]
    public async Task Matrix_IsAsCommitted()
    {
        await using var history = await History.EmptyAsync(("FLEET", "1"), ("VAULT_KEY_PATH", Directory.CreateTempSubdirectory("ccflux-keys-").FullName));
        await history.AddUserAsync(1, "Platform");
        var routes = Routes(history.Receiver);
        var width = routes.Max(route => route.Text.Length);
        var lines = new StringBuilder(Head);
        lines.AppendLine($"{"route".PadRight(width)}  {"needs",-14}{string.Concat(s_callers.Select(caller => caller.Name.PadLeft(11)))}");
        foreach (var route in routes)
        {
            lines.Append(route.Text.PadRight(width)).Append("  ").Append(route.Needs.PadRight(14));
            foreach (var (_, bearer) in s_callers)
            {
                lines.Append((await StatusAsync(history.Receiver.Client, route, bearer)).ToString(CultureInfo.InvariantCulture).PadLeft(11));
            }

            lines.AppendLine();
        }

        Repository.AssertMatches(Table, lines.ToString().Replace("\r\n", "\n", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Routes_ThatAreNotOpen_NameOnePermissionEach()
    {
        await using var receiver = await RunningReceiver.StartAsync(settings: [("FLEET", "1"), ("VAULT_KEY_PATH", Directory.CreateTempSubdirectory("ccflux-keys-").FullName)]);

        var closed = Routes(receiver).Where(route => route.Needs is not "-").ToList();

        Assert.Equal(["POST /admin/logout"], closed.Where(route => !Enum.TryParse<Permission>(route.Needs, out _)).Select(route => route.Text));
        Assert.All(closed, route => Assert.Single(route.Endpoint.Metadata.GetOrderedMetadata<IAuthorizeData>()));
    }

    [Fact]
    public async Task Routes_WithQuotaPublic_OpenOnlyTheQuotaOfAccounts()
    {
        await using var closed = await RunningReceiver.StartAsync();
        await using var open = await RunningReceiver.StartAsync(settings: [("QUOTA_PUBLIC", "1")]);

        var before = Routes(closed).Where(route => route.Needs is "-").Select(route => route.Text);
        var after = Routes(open).Where(route => route.Needs is "-").Select(route => route.Text);

        Assert.Equal(["GET /api/history", "GET /api/usage", "GET /api/v1/quota", "GET /api/v1/quota/readings", "GET /quota"], after.Except(before, StringComparer.Ordinal));
    }

    /// <summary>What an answer holds depends on who asks, so a proxy may keep none of them.</summary>
    [Fact]
    public async Task Answers_ToAReader_AreNotForCachesOfOthers()
    {
        await using var receiver = await RunningReceiver.StartAsync(settings: [("QUOTA_PUBLIC", "1"), ("FLEET", "1"), ("VAULT_KEY_PATH", Directory.CreateTempSubdirectory("ccflux-keys-").FullName)]);

        foreach (var route in Routes(receiver).Where(route => route.Method is "GET"))
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(route.PathFor(History.Email(1), 1), UriKind.Relative));
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", RunningReceiver.ViewerToken);
            using var answer = await receiver.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
            var cache = answer.Headers.CacheControl;

            Assert.True(cache is { NoStore: true } or { NoCache: true } or { Private: true }, $"{route.Text}: {cache}");
        }
    }

    private static List<Route> Routes(RunningReceiver receiver) =>
        [.. RouteTable.Of(receiver).Where(route => route.Text is not "GET /favicon.ico")]; // depends on whether the pages' scripts and styles were built

    private static async Task<int> StatusAsync(HttpClient client, Route route, string? bearer)
    {
        using var request = new HttpRequestMessage(new HttpMethod(route.Method), new Uri(route.PathFor(History.Email(1), 1), UriKind.Relative));
        request.Headers.Authorization = bearer is null ? null : new AuthenticationHeaderValue("Bearer", bearer);
        using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        return (int)answer.StatusCode;
    }
}
