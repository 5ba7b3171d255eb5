using System.Security.Cryptography;
using System.Text;
using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Platform.Auth.Admin;
using Ccflux.Receiver.Platform.Database;

namespace Ccflux.Receiver.Tests.Contracts;

/// <summary>What the store of page sessions promises.</summary>
[Collection<ContractTests>]
public sealed class AdminSessionContractTests
{
    private static readonly Actor s_viewer = Actor.BreakGlass("viewer", "2001:db8::1");

    [Theory, EachDatabase]
    public async Task Find_OpenSessions_FindsTheRoleOfEach(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var sessions = database.Store<AdminSessions>();
        var admin = await sessions.OpenAsync(AdminRole.Admin, Given.Admin);
        var viewer = await sessions.OpenAsync(AdminRole.Viewer, s_viewer);

        Assert.Equal(AdminRole.Admin, (await sessions.FindAsync(admin!, ContractTests.Token))?.Role);
        Assert.Equal(AdminRole.Viewer, (await sessions.FindAsync(viewer!, ContractTests.Token))?.Role);
        Assert.Null(await sessions.FindAsync("another cookie", ContractTests.Token));
        Assert.Equal((1, 1), await sessions.CountAsync(ContractTests.Token));
    }

    [Theory, EachDatabase]
    public async Task Find_SessionInUse_MovesItsLastUseOncePerMinute(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var sessions = database.Store<AdminSessions>();
        var opened = database.Now;
        var cookie = await sessions.OpenAsync(AdminRole.Admin, Given.Admin);

        database.Time.Advance(TimeSpan.FromMinutes(1));
        await sessions.FindAsync(cookie!, ContractTests.Token);
        Assert.Equal(opened, Assert.Single(await sessions.ListAsync(ContractTests.Token)).LastUsedAt);

        database.Time.Advance(TimeSpan.FromMilliseconds(1));
        await sessions.FindAsync(cookie!, ContractTests.Token);
        var listed = Assert.Single(await sessions.ListAsync(ContractTests.Token));
        Assert.Equal((opened, opened + 60_001), (listed.CreatedAt, listed.LastUsedAt));
    }

    [Theory, EachDatabase]
    public async Task Touch_WithAnEarlierTime_KeepsTheLaterOne(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var sessions = database.Store<AdminSessions>();
        var cookie = await sessions.OpenAsync(AdminRole.Admin, Given.Admin);

        var touched = await database.ExecuteAsync(AdminSql.TouchSession, ("now", database.Now - 5), ("session_hash", Hash(cookie!)));

        Assert.Equal(1, touched);
        Assert.Equal(database.Now, Assert.Single(await sessions.ListAsync(ContractTests.Token)).LastUsedAt);
    }

    [Theory, EachDatabase]
    public async Task Find_AfterItsLongestIdleTime_FindsNothing(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var sessions = database.Store<AdminSessions>();
        var idle = await sessions.OpenAsync(AdminRole.Admin, Given.Admin);

        database.Time.Advance(AdminSessions.Lifetime);
        Assert.Equal((1, 0), await sessions.CountAsync(ContractTests.Token));

        database.Time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Null(await sessions.FindAsync(idle!, ContractTests.Token));
        Assert.Equal((0, 0), await sessions.CountAsync(ContractTests.Token));
        Assert.Empty(await sessions.ListAsync(ContractTests.Token));
    }

    [Theory, EachDatabase]
    public async Task DeleteOld_DeletesTheIdleAndTheOld_AndNoneAtTheLimit(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var now = database.Now;
        var (idle, old) = (now - (long)AdminSessions.Lifetime.TotalMilliseconds, now - (long)AdminSessions.MaxLifetime.TotalMilliseconds);
        await InsertAsync(database, 1, "admin", created: idle, used: idle);
        await InsertAsync(database, 2, "admin", created: idle, used: idle - 1);
        await InsertAsync(database, 3, "viewer", created: old, used: now);
        await InsertAsync(database, 4, "viewer", created: old - 1, used: now);

        await database.WriteAsync(session => AdminSessions.DeleteOld(session, database.Time.GetUtcNow()));

        Assert.Equal([1, 3], await NumbersAsync(database));
    }

    [Theory, EachDatabase]
    public async Task DeleteSurplus_OfOneRole_KeepsItsLastUsedAndTheOtherRole(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        await InsertAsync(database, 1, "viewer", 1, used: 300);
        await InsertAsync(database, 2, "viewer", 1, used: 100);
        await InsertAsync(database, 3, "viewer", 1, used: 200);
        await InsertAsync(database, 4, "admin", 1, used: 1);

        Assert.Equal(1, await database.ExecuteAsync(AdminSql.DeleteSurplusSessions, ("role", "viewer"), ("keep", 2)));

        Assert.Equal([1, 3, 4], await NumbersAsync(database));
    }

    [Theory, EachDatabase]
    public async Task List_OrdersByRole_ThenTheLastUsedFirst(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var now = database.Now;
        await InsertAsync(database, 1, "viewer", now - 9, used: now - 2);
        await InsertAsync(database, 2, "admin", now - 9, used: now - 3);
        await InsertAsync(database, 0xAB, "admin", now - 9, used: now - 1);

        Assert.Equal(
            [
                new OpenSession("abababababab", "admin", now - 9, now - 1),
                new OpenSession("020202020202", "admin", now - 9, now - 3),
                new OpenSession("010101010101", "viewer", now - 9, now - 2),
            ],
            await database.Store<AdminSessions>().ListAsync(ContractTests.Token));
    }

    [Theory, EachDatabase]
    public async Task EndById_EndsThatSessionOnly_AndIsInTheAuditLog(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var sessions = database.Store<AdminSessions>();
        await InsertAsync(database, 1, "viewer", database.Now, database.Now);
        await InsertAsync(database, 0xAB, "admin", database.Now, database.Now);

        Assert.False(await sessions.EndByIdAsync("ABABABABABAB", Given.Admin));
        Assert.False(await sessions.EndByIdAsync("abab", Given.Admin));
        Assert.False(await sessions.EndByIdAsync("999999999999", Given.Admin));
        Assert.True(await sessions.EndByIdAsync("abababababab", Given.Admin));
        Assert.False(await sessions.EndByIdAsync("abababababab", Given.Admin));

        Assert.Equal([1], await NumbersAsync(database));
        var line = Assert.Single(await database.Store<AuditLog>().ReadAsync(10, long.MaxValue, ContractTests.Token));
        Assert.Equal(new AuditLine(line.Id, database.Now, "admin", "192.0.2.7", "session.end", "abababababab", ""), line);
    }

    [Theory, EachDatabase]
    public async Task Open_InABrowserWithASession_EndsThatOne(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var sessions = database.Store<AdminSessions>();
        var earlier = await sessions.OpenAsync(AdminRole.Viewer, s_viewer);

        var cookie = await sessions.OpenAsync(AdminRole.Admin, Given.Admin, earlier);

        Assert.Null(await sessions.FindAsync(earlier!, ContractTests.Token));
        await sessions.EndAsync(cookie!, Given.Admin);
        await sessions.EndAsync(cookie!, Given.Admin);
        Assert.Equal((0, 0), await sessions.CountAsync(ContractTests.Token));
        Assert.Equal(
            [("sign-out", ""), ("sign-in", ""), ("sign-in", "")],
            (await database.Store<AuditLog>().ReadAsync(10, long.MaxValue, ContractTests.Token)).Select(line => (line.Action, line.Detail)));
    }

    [Theory, EachDatabase]
    public async Task EndSessions_AfterARestore_EndsAll(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        await InsertAsync(database, 1, "viewer", database.Now, database.Now);
        await InsertAsync(database, 2, "admin", database.Now, database.Now);

        Assert.Equal(2, await database.ExecuteAsync(DatabaseCopySql.EndSessions));
        Assert.Empty(await NumbersAsync(database));
    }

    private static byte[] Hash(string cookie) => SHA256.HashData(Encoding.UTF8.GetBytes(cookie));

    /// <summary>A session whose hash repeats one byte.</summary>
    private static Task<int> InsertAsync(TestDatabase database, byte number, string role, long created, long used) => database.ExecuteAsync(
        "INSERT INTO admin_sessions (session_hash, role, token_mark, created_at, last_used_at) VALUES (@hash, @role, @mark, @created, @used)",
        ("hash", Enumerable.Repeat(number, 32).ToArray()), ("role", role), ("mark", new byte[] { 0, 255 }), ("created", created), ("used", used));

    private static Task<List<int>> NumbersAsync(TestDatabase database) =>
        database.ListAsync("SELECT session_hash FROM admin_sessions ORDER BY session_hash", rows => (int)rows.Bytes(0)[0]);
}
