using Ccflux.Receiver.Identity.Users;
using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Platform.Http;
using Ccflux.Receiver.Telemetry.Auth;
using Ccflux.Receiver.Telemetry.Read;
using Ccflux.Receiver.Telemetry.Read.Views;
using Microsoft.AspNetCore.Http;
using static Ccflux.Receiver.Tests.Contracts.TelemetryGiven;

namespace Ccflux.Receiver.Tests.Contracts;

/// <summary>What the stores of telemetry tokens, plans and installations promise.</summary>
[Collection<ContractTests>]
public sealed class TelemetryTokenContractTests
{
    [Theory, EachDatabase]
    public async Task Token_NamesItsUser_UntilItIsRevoked(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var (amara, ben) = (await database.UserAsync("amara@example.org"), await database.UserAsync("ben@example.org"));
        var tokens = database.Store<TelemetryTokens>();
        Assert.Equal(Refusals.TelemetryNotSetUp, await tokens.ExplainAsync(ContractTests.Token));

        var first = (await tokens.IssueAsync(Given.Admin, "Amara@example.org")).Token!;
        var second = (await tokens.IssueAsync(Given.Admin, "amara@example.org")).Token!;
        var bens = (await tokens.IssueAsync(Given.Admin, "ben@example.org")).Token!;
        Assert.Equal(AccountFault.UnknownUser, (await tokens.IssueAsync(Given.Admin, "nobody@example.org")).Fault);
        Assert.Equal([amara, amara, ben, null], await CallersAsync(first, second, bens, "unknown"));
        Assert.NotEqual(Refusals.TelemetryNotSetUp, await tokens.ExplainAsync(ContractTests.Token));

        database.Time.Advance(TimeSpan.FromMinutes(1));
        var third = (await tokens.ReissueAsync(Given.Admin, "amara@example.org")).Token!;
        Assert.Equal([null, null, ben, amara], await CallersAsync(first, second, bens, third));
        Assert.True((await tokens.RevokeAsync(Given.Admin, "amara@example.org")).IsOk);
        Assert.Equal(AccountFault.NoLiveToken, (await tokens.RevokeAsync(Given.Admin, "amara@example.org")).Fault);
        Assert.Equal([null, ben], await CallersAsync(third, bens));

        var query = database.Store<TelemetryAdminQuery>();
        Assert.Equal(
            [new TelemetryTokenRow(Now(0), Now(0)), new TelemetryTokenRow(Now(-1), Now(0)), new TelemetryTokenRow(Now(-1), Now(0))],
            await query.TokensAsync("amara@example.org", DataScope.Everybody, ContractTests.Token));
        Assert.Equal([new TelemetryTokenRow(Now(-1), null)], await query.TokensAsync("ben@example.org", DataScope.Everybody, ContractTests.Token));
        Assert.Null(await query.TokensAsync("nobody@example.org", DataScope.Everybody, ContractTests.Token));

        DateTimeOffset Now(int minutes) => database.Time.GetUtcNow().AddMinutes(minutes);

        async Task<List<long?>> CallersAsync(params string[] presented)
        {
            var callers = new List<long?>();
            foreach (var token in presented)
            {
                callers.Add((await AuthenticateAsync(database, token))?.UserId);
            }

            return callers;
        }
    }

    [Theory, EachDatabase]
    public async Task Token_OfAUserWhoseRefreshTokensAreAllRevoked_IsRefused(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        await database.UserAsync("amara@example.org");
        var token = (await database.Store<TelemetryTokens>().IssueAsync(Given.Admin, "amara@example.org")).Token!;
        var now = database.Time.GetUtcNow();
        await database.RefreshTokenAsync("1", "ben@example.org", now, revoked: true);
        Assert.NotNull(await AuthenticateAsync(database, token));

        await database.RefreshTokenAsync("2", " Amara@example.org", now, revoked: true);
        Assert.Null(await AuthenticateAsync(database, token));

        await database.RefreshTokenAsync("3", "amara@example.org", now, now.AddDays(-1));
        Assert.NotNull(await AuthenticateAsync(database, token));
    }

    [Theory, EachDatabase]
    public async Task Plan_ThatIsSet_ReplacesTheEarlierOne_AndEmptyRemovesIt(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var plans = database.Store<PlanStore>();
        await plans.SetAsync(Given.Admin, "zoë@example.org", "Max 5×");
        await plans.SetAsync(Given.Admin, "unattributed i", "Pro");
        database.Time.Advance(TimeSpan.FromMinutes(1));
        await plans.SetAsync(Given.Admin, "zoë@example.org", "Max 20×");
        await plans.SetAsync(Given.Admin, "nobody@example.org", "");

        Assert.Equal(
            [("unattributed i", "Pro", database.Now - 60_000), ("zoë@example.org", "Max 20×", database.Now)],
            await database.ListAsync("SELECT person, plan, set_at FROM telemetry_plans ORDER BY person", rows => (rows.Text(0), rows.Text(1), rows.Int64(2))));
        var query = database.Store<TelemetryAdminQuery>();
        Assert.Equal(new SeatPlan("Max 20×", null, IsSet: true), await query.PlanAsync("zoë@example.org", DataScope.Everybody, ContractTests.Token));

        await plans.SetAsync(Given.Admin, "zoë@example.org", "");
        Assert.Null(await query.PlanAsync("zoë@example.org", DataScope.Everybody, ContractTests.Token));
    }

    [Theory, EachDatabase]
    public async Task Map_AnInstallation_GivesItToAUser_OtherSubjectsAreNotMapped(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        await database.UserAsync("amara@example.org");
        var at = database.Time.GetUtcNow();
        await database.TelemetryAsync(TelemetryCaller.Organisation, Request(1, at, From(install: "Zoës Mac")), Request(2, at, From("ben@example.org")));
        var install = await SubjectAsync("install");
        var mapping = database.Store<InstallationMapping>();
        var query = database.Store<TelemetryAdminQuery>();
        Assert.Equal(("Zoës Mac", null), await query.InstallAsync(install, DataScope.Everybody, ContractTests.Token));

        Assert.Equal(AccountFault.UnknownUser, (await mapping.MapAsync(Given.Admin, install, "nobody@example.org")).Fault);
        Assert.Equal(AccountFault.UnknownUser, (await mapping.MapAsync(Given.Admin, await SubjectAsync("claimed"), "amara@example.org")).Fault);
        Assert.True((await mapping.MapAsync(Given.Admin, install, " Amara@example.org")).IsOk);
        Assert.Equal(("Zoës Mac", "amara@example.org"), await query.InstallAsync(install, DataScope.Everybody, ContractTests.Token));
        Assert.True(await query.IsKnownAsync("amara@example.org", DataScope.Everybody, ContractTests.Token));

        Assert.True((await mapping.MapAsync(Given.Admin, install, "")).IsOk);
        Assert.Equal(("Zoës Mac", null), await query.InstallAsync(install, DataScope.Everybody, ContractTests.Token));
        Assert.Null(await query.InstallAsync(await SubjectAsync("claimed"), DataScope.Everybody, ContractTests.Token));

        async Task<long> SubjectAsync(string subjectKind) =>
            (await database.ScalarAsync("SELECT subject_id FROM telemetry_subjects WHERE kind = @kind", ("kind", subjectKind)))!.Value;
    }

    /// <summary>As another process would, which has cached nothing.</summary>
    private static ValueTask<TelemetryCaller?> AuthenticateAsync(TestDatabase database, string token)
    {
        var request = new DefaultHttpContext().Request;
        request.Headers.Authorization = "Bearer " + token;
        return database.Make<TelemetryTokens>().AuthenticateAsync(request, ContractTests.Token);
    }
}
