using Ccflux.Receiver.Cli;
using Ccflux.Receiver.Identity.Pages;
using Ccflux.Receiver.Identity.Users;
using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Platform.Auth.Admin;

namespace Ccflux.Receiver.Tests.Contracts;

/// <summary>What the store of users promises.</summary>
[Collection<ContractTests>]
public sealed class UserContractTests
{
    [Theory, EachDatabase]
    public async Task Add_NewUser_StoresUserTokenAndAuditLine(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);

        var added = await database.Store<UserAdministration>().AddAsync(Given.Admin, " Zoë@Example.ORG ", "Größe", days: 30);

        Assert.Equal((true, "zoë@example.org"), (added.IsOk, added.Target));
        Assert.Equal([("zoë@example.org", "Größe", database.Now)], await UsersAsync(database));
        Assert.Equal(
            [(SecretToken.Stored(added.Token!), "zoë@example.org", "Größe", "2026-12-20 12:00:00", 0L, "2026-11-20 12:00:00", 30L)],
            await database.ListAsync(
                "SELECT token, email, division, expires_at, revoked, created_at, days_valid FROM refresh_tokens",
                rows => (rows.Text(0), rows.Text(1), rows.Text(2), rows.Text(3), rows.Int64(4), rows.Text(5), rows.Int64(6))));
        Assert.Equal([("user.add", "zoë@example.org", "Größe")], await AuditAsync(database));
    }

    [Theory, EachDatabase]
    public async Task Add_UserWithALiveToken_IsRefusedUntilTheTokenExpires(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var users = database.Store<UserAdministration>();
        await users.AddAsync(Given.Admin, "amara@example.org", "", days: 1);

        database.Time.Advance(TimeSpan.FromDays(1) - TimeSpan.FromSeconds(1));
        Assert.Equal(AccountFault.AlreadyLive, (await users.AddAsync(Given.Admin, "amara@example.org", "")).Fault);

        database.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.True((await users.AddAsync(Given.Admin, "amara@example.org", "")).IsOk);
        Assert.Single(await UsersAsync(database));
    }

    [Theory, EachDatabase]
    public async Task Add_AgainWithoutADivision_KeepsTheDivision(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var users = database.Store<UserAdministration>();
        foreach (var (division, expected) in new[] { ("", ""), ("Platform", "Platform"), ("", "Platform"), ("Data", "Data") })
        {
            await users.AddAsync(Given.Admin, "amara@example.org", division);
            Assert.Equal(expected, Assert.Single(await UsersAsync(database)).Division);
            await users.RevokeAsync(Given.Admin, "amara@example.org");
        }
    }

    [Theory, EachDatabase]
    public async Task Upsert_KnownAddress_ReturnsItsUser_AndFillsInAMissingDivisionOnly(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var amara = await database.UserAsync("amara@example.org");
        var ben = await database.UserAsync("ben@example.org", "Data");

        Assert.Equal(amara, await UpsertAsync("amara@example.org", "Platform"));
        Assert.Equal(ben, await UpsertAsync("ben@example.org", "Platform"));
        var chen = await UpsertAsync("chen@example.org", "");

        Assert.Equal(
            [(amara, "Platform"), (ben, "Data"), (chen, "")],
            await database.ListAsync("SELECT user_id, division FROM users ORDER BY email", rows => (rows.Int64(0), rows.Text(1))));

        Task<long> UpsertAsync(string email, string division) => database.InsertAsync(UsersSql.Upsert, ("email", email), ("division", division), ("now", database.Now));
    }

    [Theory, EachDatabase]
    public async Task Revoke_EndsAllTokensOfThatUserOnly(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var users = database.Store<UserAdministration>();
        var amara = await database.UserAsync("amara@example.org");
        var ben = await database.UserAsync("ben@example.org");
        var now = database.Time.GetUtcNow();
        await database.RefreshTokenAsync("sha256:a1", "amara@example.org", now);
        await database.RefreshTokenAsync("sha256:a2", "amara@example.org", now);
        await database.RefreshTokenAsync("sha256:b", "ben@example.org", now);
        await database.AccessTokenAsync(1, amara, "sha256:a1", database.Now + 1);
        await database.AccessTokenAsync(2, ben, "sha256:b", database.Now + 1);

        Assert.True((await users.RevokeAsync(Given.Admin, "Amara@example.org")).IsOk);
        Assert.Equal(AccountFault.NoLiveToken, (await users.RevokeAsync(Given.Admin, "amara@example.org")).Fault);
        Assert.Equal(AccountFault.UnknownUser, (await users.RevokeAsync(Given.Admin, amara + ben)).Fault);

        Assert.Equal(
            [("sha256:a1", true), ("sha256:a2", true), ("sha256:b", false)],
            await database.ListAsync("SELECT token, revoked FROM refresh_tokens ORDER BY token", rows => (rows.Text(0), rows.Bool(1))));
        Assert.Equal([ben], await database.ListAsync("SELECT user_id FROM access_tokens", rows => rows.Int64(0)));

        Assert.True((await users.RevokeAsync(Given.Admin, ben)).IsOk);
        Assert.Equal(0, await database.ScalarAsync("SELECT count(*) FROM access_tokens"));
    }

    [Theory, EachDatabase]
    public async Task Reissue_TakesTheDaysOfTheNewestToken_LiveOnesFirst(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var users = database.Store<UserAdministration>();
        var now = database.Time.GetUtcNow();
        await database.UserAsync("amara@example.org");
        await database.RefreshTokenAsync("sha256:revoked", "amara@example.org", now, revoked: true, days: 5);
        await database.RefreshTokenAsync("sha256:newer", "amara@example.org", now.AddDays(-1), days: 10, division: "Data");
        await database.RefreshTokenAsync("sha256:older", "amara@example.org", now.AddDays(-2), days: 20);

        var reissued = await users.ReissueAsync(Given.Admin, "amara@example.org");

        Assert.Equal(
            [("sha256:newer", true, 10L), ("sha256:older", true, 20L), ("sha256:revoked", true, 5L), (SecretToken.Stored(reissued.Token!), false, 10L)],
            await database.ListAsync("SELECT token, revoked, days_valid FROM refresh_tokens ORDER BY revoked DESC, token", rows => (rows.Text(0), rows.Bool(1), rows.Int64(2))));
        Assert.Equal(AccountFault.UnknownUser, (await users.ReissueAsync(Given.Admin, "ben@example.org")).Fault);
    }

    [Theory, EachDatabase]
    public async Task SetDivision_ChangesTheUserAndItsTokens(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var users = database.Store<UserAdministration>();
        await users.AddAsync(Given.Admin, "amara@example.org", "Data");
        await users.AddAsync(Given.Admin, "ben@example.org", "Data");

        Assert.True((await users.SetDivisionAsync(Given.Admin, "amara@example.org", "Platform")).IsOk);
        Assert.Equal(AccountFault.UnknownUser, (await users.SetDivisionAsync(Given.Admin, "nobody@example.org", "Platform")).Fault);

        Assert.Equal(
            [("amara@example.org", "Platform", "Platform"), ("ben@example.org", "Data", "Data")],
            await database.ListAsync(
                "SELECT u.email, u.division, t.division FROM users u JOIN refresh_tokens t ON t.email = u.email ORDER BY u.email",
                rows => (rows.Text(0), rows.Text(1), rows.Text(2))));
    }

    [Theory, EachDatabase]
    public async Task FindUser_ReturnsTheDaysOfALiveTokenBeforeThoseOfANewerOne(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var now = database.Time.GetUtcNow();
        await database.UserAsync("amara@example.org", "Platform");
        await database.RefreshTokenAsync("1", "Amara@Example.org ", now.AddDays(-3), now.AddDays(1), days: 10, division: "Data");
        await database.RefreshTokenAsync("2", "amara@example.org", now.AddDays(-1), now, days: 20);
        await database.RefreshTokenAsync("3", "amara@example.org", now.AddDays(-2), revoked: true, days: 30);
        await database.RefreshTokenAsync("4", "ben@example.org", now, revoked: true, division: "Support");
        await database.UserAsync("chen@example.org");

        var subjects = database.Store<ChangeSubjects>();

        Assert.Equal(("amara@example.org", "Platform", 10), await FindAsync("amara@example.org"));
        Assert.Equal(("ben@example.org", "Support", null), await FindAsync("ben@example.org"));
        Assert.Equal(("chen@example.org", "", null), await FindAsync("chen@example.org"));
        Assert.Null(await subjects.FindUserAsync("nobody@example.org", DataScope.Everybody, ContractTests.Token));

        async Task<(string, string, int?)> FindAsync(string email) =>
            await subjects.FindUserAsync(email, DataScope.Everybody, ContractTests.Token) is { } found ? (found.Email, found.Division, found.DaysValid) : default;
    }

    [Theory, EachDatabase]
    public async Task List_OrdersByAddress_ByCodePoint_WithTheStateOfTheTokenThatCounts(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var now = database.Time.GetUtcNow();
        foreach (var email in (string[])["zoë@example.org", "ab@example.org", "a_b@example.org", "a-b@example.org", "éa@example.org"])
        {
            await database.UserAsync(email, email[..2]);
        }

        await database.ExecuteAsync("UPDATE users SET last_report_at = @now WHERE email = 'ab@example.org'", ("now", database.Now));
        await database.RefreshTokenAsync("1", "ab@example.org", now.AddDays(-2), now.AddDays(1));
        await database.RefreshTokenAsync("2", "ab@example.org", now.AddDays(-1), revoked: true);
        await database.RefreshTokenAsync("3", "a-b@example.org", now.AddDays(-2), now.AddDays(-1));
        await database.RefreshTokenAsync("4", " A_B@example.org", now.AddDays(-1), revoked: true);
        using var output = new StringWriter();

        await UserList.WriteAsync(database.Services, DataScope.Everybody, output, ContractTests.Token);

        Assert.Equal(
            [
                "a-b@example.org expired 2026-11-19 never a-",
                "a_b@example.org revoked - never a_",
                "ab@example.org active 2026-11-21 2026-11-20 12:00 ab",
                "zoë@example.org none - never zo",
                "éa@example.org none - never éa",
            ],
            output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1)
                .Select(line => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1))));
    }

    [Theory, EachDatabase]
    public async Task Sweep_AddressesInOtherSpellings_AreNormalizedWhereTheyAreFree(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var now = database.Time.GetUtcNow();
        await database.UserAsync("Amara@Example.org");
        await database.UserAsync("ben@example.org");
        await database.UserAsync(" BEN@example.org");
        await database.UserAsync("ÉVA@example.org");
        await database.RefreshTokenAsync("sha256:a", "Amara@Example.org", now);
        await database.RefreshTokenAsync("sha256:b", " BEN@example.org", now);

        await database.Make<ManualTokenHasher>().SweepAsync(ContractTests.Token);

        Assert.Equal([" BEN@example.org", "amara@example.org", "ben@example.org", "éva@example.org"],
            (await UsersAsync(database)).Select(user => user.Email).Order(StringComparer.Ordinal));
        Assert.Equal(
            [("sha256:a", "amara@example.org"), ("sha256:b", "ben@example.org")],
            await database.ListAsync("SELECT token, email FROM refresh_tokens ORDER BY token", rows => (rows.Text(0), rows.Text(1))));
    }

    private static Task<List<(string Email, string Division, long CreatedAt)>> UsersAsync(TestDatabase database) =>
        database.ListAsync("SELECT email, division, created_at FROM users ORDER BY user_id", rows => (rows.Text(0), rows.Text(1), rows.Int64(2)));

    private static async Task<IEnumerable<(string, string, string)>> AuditAsync(TestDatabase database) =>
        (await database.Store<AuditLog>().ReadAsync(10, long.MaxValue, ContractTests.Token)).Select(line => (line.Action, line.Target, line.Detail));
}
