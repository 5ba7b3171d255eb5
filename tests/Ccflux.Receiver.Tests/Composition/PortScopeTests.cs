using Ccflux.Receiver.Fleet.Read;
using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Quota.Forecasts;
using Ccflux.Receiver.Telemetry.Read;
using Ccflux.Receiver.Telemetry.Read.Cells;
using Ccflux.Receiver.Telemetry.Read.Views;
using Ccflux.Receiver.Tests.Platform.Auth;
using Ccflux.Receiver.Tests.Usage.Read;
using Ccflux.Receiver.Usage.Read.Views;

namespace Ccflux.Receiver.Tests.Composition;

/// <summary>What one slice reads of another stays within the data scope, too.</summary>
public sealed class PortScopeTests
{
    private static readonly DataScope s_red = DataScope.OfDivisions(ScopedHistory.Red);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Ports_ReturnUsersWithinTheScope()
    {
        await using var history = await ScopedHistory.StartAsync();
        var services = history.Receiver;

        foreach (var (allowed, users) in new (DataScope, long[])[] { (DataScope.Everybody, [1, 2, 3, 4]), (s_red, [1, 3]), (DataScope.OfUser(4), [4]), (DataScope.Nobody, []) })
        {
            var emails = users.Select(History.Email).ToList();

            Assert.Equal(users, (await services.Service<IUserQuotas>().ReadAsync(allowed, Cancellation)).Keys.Select(user => (long)user).Order());
            Assert.Equal(emails, (await services.Service<IFiveHourQuotas>().ReadAsync(allowed, Cancellation)).Keys.Order(StringComparer.Ordinal));
            Assert.Equal(emails, (await services.Service<ISeatPlans>().ReadAsync(allowed, Cancellation)).Keys.Order(StringComparer.Ordinal));
            var owners = await services.Service<ISessionUsers>().ReadAsync(allowed, Cancellation);
            Assert.Equal(emails, owners.BySession.Values.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));
            foreach (var user in new long[] { 1, 2, 3, 4 })
            {
                var totals = await services.Service<IHookTotals>().ReadAsync(History.Email(user), [$"session-trace{user}"], allowed, Cancellation);
                Assert.Equal(users.Contains(user), totals.Count > 0);
                var sources = await services.Service<IRequestSources>().ReadAsync(History.Email(user), 0, long.MaxValue, allowed, Cancellation);
                Assert.Equal(users.Contains(user), sources.Count > 0);
            }
        }
    }

    /// <summary>A session of two users belongs to nobody, also for a reader who may see only one of them.</summary>
    [Fact]
    public async Task Sessions_OfTwoUsers_BelongToNobodyInAnyScope()
    {
        await using var history = await ScopedHistory.StartAsync();
        var forged = History.Turn("session-trace1", 1, history.History.Time.GetUtcNow().AddMinutes(-1), ("claude-opus-5-5", History.Usage(1, 1)));
        await history.History.StoreAsync(2, forged);

        var owners = await history.Receiver.Service<ISessionUsers>().ReadAsync(s_red, Cancellation);

        Assert.False(owners.BySession.ContainsKey("session-trace1"));
    }

    [Fact]
    public async Task AccountUsage_WithAUserOutsideTheScope_IsUnknown()
    {
        await using var history = await ScopedHistory.StartAsync();
        var usage = history.Receiver.Service<IAccountUsage>();
        var now = history.History.Time.GetUtcNow();
        UsageSpan Span(params long[] users) => new(users, "", now.AddHours(-1), now);

        var everybody = await usage.TokensAsync([Span(1), Span(1, 2), Span(1, 3)], DataScope.Everybody, Cancellation);
        var lead = await usage.TokensAsync([Span(1), Span(1, 2), Span(1, 3)], s_red, Cancellation);

        // Of each user, the hook reported 10 + 1000 a number, and telemetry another request of 30.
        Assert.Equal([1040, 3080, 4080], everybody);
        Assert.Equal([1040, null, 4080], lead);
        Assert.Null(Assert.Single(await usage.TokensAsync([new UsageSpan([], History.Email(2), now.AddHours(-1), now)], s_red, Cancellation)));
    }

    /// <summary>Telemetry that only claims an e-mail address belongs to nobody: it counts for those who may read about everybody.</summary>
    [Fact]
    public async Task Telemetry_OfADivision_IsThatOfItsUsersTokensAndMappedInstallations()
    {
        await using var history = await ScopedHistory.StartAsync();
        var day = DateOnly.FromDateTime(history.History.Time.GetUtcNow().UtcDateTime);
        async Task<TelemetryPageView> ReadAsync(DataScope allowed) =>
            await history.Receiver.Service<TelemetryPageQuery>().ReadAsync(new TelemetryFilter("today", day, day), new CallPart(0, 20), allowed, Cancellation);

        var everybody = await ReadAsync(DataScope.Everybody);
        var (red, blue) = (await ReadAsync(s_red), await ReadAsync(DataScope.OfDivisions(ScopedHistory.Blue)));

        Assert.Equal((6L, 2L, 1L), (everybody.Cards.Totals.Requests, red.Cards.Totals.Requests, blue.Cards.Totals.Requests));
        Assert.Equal([History.Email(1), History.Email(3)], red.Choices.Users);
        Assert.Equal([History.Email(1), History.Email(3)], red.RecentCalls.Select(call => call.User).Order(StringComparer.Ordinal));
        Assert.Equal((1, 0), (everybody.Installs.Count, blue.Installs.Count));

        await history.Receiver.Service<Ccflux.Receiver.Telemetry.Auth.InstallationMapping>().MapAsync(Actor.System, everybody.Installs[0].SubjectId, History.Email(2));

        blue = await ReadAsync(DataScope.OfDivisions(ScopedHistory.Blue));
        Assert.Equal((2L, 1), (blue.Cards.Totals.Requests, blue.Installs.Count));
        Assert.Empty((await ReadAsync(s_red)).Installs);
    }
}
