using Ccflux.Receiver.Tests.Usage.Read;
using Ccflux.Receiver.Usage.Pages;

namespace Ccflux.Receiver.Tests.Platform.Auth;

/// <summary>Nothing that a receiver answers shows a user outside the caller's data scope: neither pages nor tables, files and exports.</summary>
public sealed class LeakTests
{
    private const string InRed = "division " + ScopedHistory.Red;

    private static readonly string[] s_variants = ["", "?period=90d", "?format=csv", "?export"];

    [Fact]
    public async Task Answers_ToALead_ShowNobodyOfOtherDivisions()
    {
        await using var history = await ScopedHistory.StartAsync();

        var leaks = await FindAsync(history, InRed, person: 1, [.. ScopedHistory.TracesOf(2), .. ScopedHistory.TracesOf(4), ScopedHistory.Blue]);

        Assert.Empty(leaks);
    }

    [Fact]
    public async Task Answers_ToAUser_ShowNobodyElse()
    {
        await using var history = await ScopedHistory.StartAsync();

        var leaks = await FindAsync(history, "user 1", person: 1, [.. ScopedHistory.TracesOf(2), .. ScopedHistory.TracesOf(3), .. ScopedHistory.TracesOf(4), ScopedHistory.Blue]);

        Assert.Empty(leaks);
    }

    /// <summary>The search of the other tests finds what is there: where everybody may be read, user 2 is in many answers, and a lead sees the lead's own users.</summary>
    [Fact]
    public async Task Answers_ToThoseWhoMayReadIt_ShowIt()
    {
        await using var history = await ScopedHistory.StartAsync();

        var everywhere = await FindAsync(history, "everybody", person: 1, ScopedHistory.TracesOf(2));
        var own = await FindAsync(history, InRed, person: 1, ScopedHistory.TracesOf(3));

        foreach (var route in new[]
        {
            "/admin/", "/admin/alerts", "/admin/telemetry/", "/api/usage", "/api/v1/audit", "/api/v1/devices", "/api/v1/events", "/api/v1/quota",
            "/api/v1/quota/alerts", "/api/v1/quota/readings", "/api/v1/telemetry/calls", "/api/v1/telemetry/installs", "/api/v1/telemetry/labels", "/api/v1/telemetry/timeline-users",
            "/api/v1/telemetry/users", "/api/v1/telemetry/windows", "/api/v1/usage/attention", "/api/v1/usage/peaks", "/api/v1/usage/users", "/api/v1/users", "/api/v1/windows", "/quota",
        })
        {
            Assert.True(IsIn(everywhere, route), route);
            Assert.True(IsIn(own, route) || route is "/api/v1/audit" or "/api/v1/telemetry/installs", "own: " + route);
        }
    }

    [Fact]
    public async Task Export_OfACommandOrALead_HoldsTheirDataScope()
    {
        await using var history = await ScopedHistory.StartAsync();
        var export = history.Receiver.Service<UsageExport>();

        var whole = await export.UsageAsync(Ccflux.Receiver.Platform.Auth.Principal.Cli, null, "https://ccflux.example.org", TestContext.Current.CancellationToken);
        var lead = await export.UsageAsync(ScopedSignIn.PrincipalOf(InRed), null, "https://ccflux.example.org", TestContext.Current.CancellationToken);

        Assert.Contains(History.Email(2), whole, StringComparison.Ordinal);
        Assert.Contains("id=\"audit\"", whole, StringComparison.Ordinal);
        Assert.Contains(History.Email(3), lead, StringComparison.Ordinal);
        Assert.DoesNotContain("id=\"audit\"", lead, StringComparison.Ordinal);
        Assert.All([.. ScopedHistory.TracesOf(2), .. ScopedHistory.TracesOf(4)], trace => Assert.DoesNotContain(trace, lead, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("/admin/users/{0}")]
    [InlineData("/admin/users/{0}?export")]
    [InlineData("/admin/telemetry/users/{0}")]
    [InlineData("/api/v1/users/{0}/days")]
    [InlineData("/api/v1/users/{0}/sessions?format=csv")]
    [InlineData("/api/v1/users/{0}/limits")]
    [InlineData("/api/v1/telemetry/users/{0}/labels")]
    [InlineData("/api/v1/telemetry/users/{0}/reconciliation")]
    [InlineData("/api/v1/telemetry/users/{0}/sources")]
    [InlineData("/admin/?user={0}")]
    [InlineData("/api/v1/usage/users?user={0}")]
    [InlineData("/api/v1/events?user={0}&format=csv")]
    [InlineData("/admin/telemetry?user={0}")]
    [InlineData("/api/v1/telemetry/users?user={0}")]
    [InlineData("/api/v1/telemetry/calls?user={0}&format=csv")]
    public async Task Answers_AboutSomebodyOutsideTheScope_AreThoseAboutNobody(string path)
    {
        await using var history = await ScopedHistory.StartAsync();

        var (hidden, unknown) = (History.Email(2), "nobody2@example.org");
        Assert.Equal(hidden.Length, unknown.Length);

        Assert.Equal(await AskAsync(history, path, unknown), await AskAsync(history, path, hidden));
    }

    [Theory]
    [InlineData("/admin/?division={0}")]
    [InlineData("/api/v1/usage?division={0}")]
    [InlineData("/admin/telemetry?division={0}")]
    [InlineData("/api/v1/telemetry/summary?division={0}")]
    public async Task Answers_AboutADivisionOutsideTheScope_AreThoseAboutNone(string path)
    {
        await using var history = await ScopedHistory.StartAsync();

        Assert.Equal(await AskAsync(history, path, "Division-Gone"), await AskAsync(history, path, ScopedHistory.Blue));
    }

    [Theory]
    [InlineData("/api/history?account={0}")]
    [InlineData("/api/v1/quota/readings?account={0}")]
    [InlineData("/quota?account={0}")]
    public async Task Answers_AboutAnAccountOutsideTheScope_AreThoseAboutNone(string path)
    {
        await using var history = await ScopedHistory.StartAsync();

        // One of another division, and a polled one, which belongs to nobody.
        Assert.Equal(await AskAsync(history, path, "8"), await AskAsync(history, path, "2"));
        Assert.Equal(await AskAsync(history, path, "8"), await AskAsync(history, path, "9"));
    }

    [Fact]
    public async Task Changes_TheFleetAndTheAuditLog_AreRefusedInANarrowScope()
    {
        await using var history = await ScopedHistory.StartAsync();
        string[] scoped = ["UsageRead", "UsageReadOwn", "QuotaRead", "DocsRead"];

        foreach (var route in RouteTable.Of(history.Receiver).Where(route => !route.IsOpen && route is { Method: "GET", Needs: not "signed in" }))
        {
            var (status, _) = await history.GetAsync(route.PathFor(History.Email(1), 1), InRed);

            Assert.True(scoped.Contains(route.Needs, StringComparer.Ordinal) != (status == 403), $"{route.Text}: {status}");
        }
    }

    private static bool IsIn(List<string> found, string route) =>
        found.Exists(one => one.StartsWith(route + " ", StringComparison.Ordinal) || one.StartsWith(route + "?", StringComparison.Ordinal));

    /// <summary>The answers that show one of the texts: the path, and which.</summary>
    private static async Task<List<string>> FindAsync(ScopedHistory history, string scope, long person, IReadOnlyList<string> texts)
    {
        var found = new List<string>();
        foreach (var route in RouteTable.Of(history.Receiver).Where(route => route.Method is "GET" && route.Text is not "GET /events"))
        {
            foreach (var variant in s_variants)
            {
                var path = route.PathFor(History.Email(person), person) + variant;
                var (_, body) = await history.GetAsync(path, scope);
                found.AddRange(texts.Where(text => body.Contains(text, StringComparison.OrdinalIgnoreCase)).Select(text => $"{path} {text}"));
            }
        }

        return found;
    }

    /// <summary>The answer to a lead, without the name or the number that was asked for.</summary>
    private static async Task<(int Status, string Body)> AskAsync(ScopedHistory history, string path, string name)
    {
        var (status, body) = await history.GetAsync(path.Replace("{0}", name, StringComparison.Ordinal), InRed);
        string[] forms = name.Length == 1 ? [$"account={name}", $"\"account\":{name}", $"value=\"{name}\""] : [name, Uri.EscapeDataString(name)];
        return (status, forms.Aggregate(body, (text, form) => text.Replace(form, "NAME", StringComparison.Ordinal)));
    }
}
