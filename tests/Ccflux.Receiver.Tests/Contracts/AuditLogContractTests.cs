using System.Globalization;
using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Platform.Auth.Admin;

namespace Ccflux.Receiver.Tests.Contracts;

/// <summary>What the audit log promises.</summary>
[Collection<ContractTests>]
public sealed class AuditLogContractTests
{
    [Theory, EachDatabase]
    public async Task Read_ReturnsWholeLines_TheNewestFirst(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        await WriteAsync(database, "user.add", "zoë@例え.example", "Größe 1 🦊 'quoted' \"twice\" \\ % _");
        await WriteAsync(database, "user.revoke", "", "");

        var lines = await database.Store<AuditLog>().ReadAsync(10, long.MaxValue, ContractTests.Token);

        Assert.True(lines[0].Id > lines[1].Id);
        Assert.Equal(
            [
                new AuditLine(lines[0].Id, database.Now, "admin", "192.0.2.7", "user.revoke", "", ""),
                new AuditLine(lines[1].Id, database.Now, "admin", "192.0.2.7", "user.add", "zoë@例え.example", "Größe 1 🦊 'quoted' \"twice\" \\ % _"),
            ],
            lines);
    }

    [Theory, EachDatabase]
    public async Task Read_BeforeALine_ReturnsAtMostTheLimitOfThoseBeforeIt(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        foreach (var number in Enumerable.Range(1, 5))
        {
            await WriteAsync(database, $"action {number}", "", "");
        }

        var log = database.Store<AuditLog>();
        var first = await log.ReadAsync(2, long.MaxValue, ContractTests.Token);
        var second = await log.ReadAsync(2, first[^1].Id, ContractTests.Token);
        var rest = await log.ReadAsync(2, second[^1].Id, ContractTests.Token);

        Assert.Equal(["action 5", "action 4", "action 3", "action 2", "action 1"], first.Concat(second).Concat(rest).Select(line => line.Action));
    }

    [Theory, EachDatabase]
    public async Task Write_LongText_IsCut(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        await WriteAsync(database, "user.add", new string('é', 501), new string('x', 500));

        var line = Assert.Single(await database.Store<AuditLog>().ReadAsync(10, long.MaxValue, ContractTests.Token));

        Assert.Equal((500, 500), (line.Target.Length, line.Detail.Length));
    }

    [Theory, EachDatabase]
    public async Task SignIns_OfOneHourActorAndAddress_AreOneLineWithACounter(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var viewer = Actor.BreakGlass("viewer", "192.0.2.7");
        await SignInAsync(database, Given.Admin, SignInAudit.SignedIn, times: 11);
        await SignInAsync(database, Given.Admin with { IpAddress = "192.0.2.8" }, SignInAudit.SignedIn, times: 2);
        await SignInAsync(database, viewer, SignInAudit.SignedIn, times: 1);
        await SignInAsync(database, Given.Admin, SignInAudit.SignedOut, times: 1);
        database.Time.Advance(TimeSpan.FromMinutes(60));
        await SignInAsync(database, Given.Admin, SignInAudit.SignedIn, times: 1);

        Assert.Equal(
            [
                ("admin", "192.0.2.7", "sign-in", ""),
                ("admin", "192.0.2.7", "sign-out", ""),
                ("viewer", "192.0.2.7", "sign-in", ""),
                ("admin", "192.0.2.8", "sign-in", "2 times within the hour"),
                ("admin", "192.0.2.7", "sign-in", "11 times within the hour"),
            ],
            (await database.Store<AuditLog>().ReadAsync(10, long.MaxValue, ContractTests.Token)).Select(line => (line.Actor, line.Address, line.Action, line.Detail)));
    }

    [Theory, EachDatabase]
    public async Task SignIns_FromMoreAddressesThanAnHourLists_ShareOneLine(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        await database.WriteAsync(session =>
        {
            for (var number = 0; number < SignInAudit.MaxAddresses + 3; number++)
            {
                SignInAudit.Write(session, database.Time.GetUtcNow(), Given.Admin with { IpAddress = number.ToString(CultureInfo.InvariantCulture) }, SignInAudit.Refused);
            }

            // An address with a line keeps it.
            SignInAudit.Write(session, database.Time.GetUtcNow(), Given.Admin with { IpAddress = "7" }, SignInAudit.Refused);
        });

        var lines = await database.Store<AuditLog>().ReadAsync(500, long.MaxValue, ContractTests.Token);

        Assert.Equal(SignInAudit.MaxAddresses + 1, lines.Count);
        Assert.Equal(("other addresses", "3 times within the hour"), (lines[0].Address, lines[0].Detail));
        Assert.Equal("2 times within the hour", lines.Single(line => line.Address == "7").Detail);
    }

    [Theory, EachDatabase]
    public async Task Refused_WrongTokens_AreCountedPerAddress(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var audit = database.Store<SignInAudit>();
        var stranger = Actor.Anonymous("203.0.113.9");

        await audit.RefusedAsync(stranger);
        await audit.RefusedAsync(stranger);

        var line = Assert.Single(await database.Store<AuditLog>().ReadAsync(10, long.MaxValue, ContractTests.Token));
        Assert.Equal(("anonymous", "203.0.113.9", "sign-in.refused", "2 times within the hour"), (line.Actor, line.Address, line.Action, line.Detail));
    }

    [Theory, EachDatabase]
    public async Task DeleteSurplusSignIns_KeepsTheNewest_AndEveryChange(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        foreach (var action in (string[])["sign-in", "user.add", "sign-out", "sign-in.refused", "sign-in", "device.revoke"])
        {
            await WriteAsync(database, action, "", "");
        }

        Assert.Equal(2, await database.ExecuteAsync(AdminSql.DeleteSurplusSignIns, ("keep", 2)));

        Assert.Equal(
            ["device.revoke", "sign-in", "sign-in.refused", "user.add"],
            (await database.Store<AuditLog>().ReadAsync(10, long.MaxValue, ContractTests.Token)).Select(line => line.Action));
    }

    [Theory, EachDatabase]
    public async Task DeleteOld_DeletesLinesBeforeTheInstant(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        await WriteAsync(database, "first", "", "");
        database.Time.Advance(TimeSpan.FromMilliseconds(1));
        await WriteAsync(database, "second", "", "");

        Assert.Equal(1, await database.ExecuteAsync(AdminSql.DeleteOldAudit, ("before", database.Now)));

        Assert.Equal("second", Assert.Single(await database.Store<AuditLog>().ReadAsync(10, long.MaxValue, ContractTests.Token)).Action);
    }

    private static Task WriteAsync(TestDatabase database, string action, string target, string detail) =>
        database.WriteAsync(session => AuditLog.Write(session, new AuditEntry(database.Time.GetUtcNow(), Given.Admin, action, target, detail)));

    private static Task SignInAsync(TestDatabase database, Actor actor, string action, int times) => database.WriteAsync(session =>
    {
        for (; times > 0; times--)
        {
            SignInAudit.Write(session, database.Time.GetUtcNow(), actor, action);
        }
    });
}
