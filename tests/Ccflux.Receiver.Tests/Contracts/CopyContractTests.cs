using Ccflux.Contracts.Usage;
using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Platform.Calendar;
using Ccflux.Receiver.Usage;
using Ccflux.Receiver.Usage.Copies;
using Ccflux.Receiver.Usage.Ledger;
using Ccflux.Receiver.Usage.Read.Panels;
using Ccflux.Receiver.Usage.Read.Snapshots;
using Ccflux.Receiver.Usage.Read.Views;
using Ccflux.Receiver.Usage.Retention;
using Ccflux.Testing;

namespace Ccflux.Receiver.Tests.Contracts;

/// <summary>What the store of shared requests and of copies promises: both users keep their rows, an admin decides for whom they count, and every change of that can be taken back.</summary>
[Collection<ContractTests>]
public sealed class CopyContractTests
{
    private const string Amara = "amara@example.org";
    private const string Ben = "ben@example.org";

    [Theory, EachDatabase]
    public async Task Search_NamesWhatTwoUsersHave_FromBothSides(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var (amara, ben) = await BothAsync(database, turns: 3);
        var at = database.Time.GetUtcNow();
        await database.ReportAsync(amara, A.Turn("own", 0, at));
        await database.ExecuteAsync("INSERT INTO shared_requests VALUES (@user, 99, 1, 1, 1, 1, 1, 1, 1)", ("user", amara));

        Assert.Equal(2, await database.Make<SharedRequestJob>(2L).FindAsync(ContractTests.Token));

        var (first, last) = (at.AddHours(-2).ToUnixTimeMilliseconds(), database.Now);
        Assert.Equal(
            [(amara, ben, 3L, 3L, 3 * 1160L, 1L, first, last), (ben, amara, 3L, 3L, 3 * 1160L, 1L, first, last)],
            await database.ListAsync(
                "SELECT user_id, other_user_id, requests, counted, tokens, sessions, first_at, last_at FROM shared_requests ORDER BY user_id",
                rows => (rows.Int64(0), rows.Int64(1), rows.Int64(2), rows.Int64(3), rows.Int64(4), rows.Int64(5), rows.Int64(6), rows.Int64(7))));

        await database.Store<CopyDeclarations>().DeclareAsync(Given.Admin, Ben, Amara);
        await database.Make<CopyJob>().ApplyAsync(ContractTests.Token);
        await database.Make<SharedRequestJob>().FindAsync(ContractTests.Token);
        Assert.Equal([(3L, 0L), (3L, 0L)], await database.ListAsync("SELECT requests, counted FROM shared_requests", rows => (rows.Int64(0), rows.Int64(1))));
    }

    [Theory, EachDatabase]
    public async Task ADeclaration_HidesTheCopies_ManyWritesLong_AndTakingItBackCountsThemAgain_AlsoAfterARestart(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var (amara, ben) = await BothAsync(database, turns: 450);
        // A session without turns, which stays although nothing in it counts.
        foreach (var user in new[] { amara, ben })
        {
            var incoming = database.Incoming(user, A.Turn("turnless", 0, database.Time.GetUtcNow()));
            await database.ReportAsync(new IncomingRequests(user, incoming.From, [incoming.Sessions[0] with { Turns = [] }]));
        }

        await database.ReportAsync(ben, A.Turn("own", 0, database.Time.GetUtcNow(), output: 7));
        var before = await SumsAsync(database);
        var declarations = database.Store<CopyDeclarations>();

        Assert.Null(await declarations.DeclareAsync(Given.Admin, " Ben@example.org", Amara));
        // Again: nothing changes.
        Assert.Null(await declarations.DeclareAsync(Given.Admin, Ben, Amara));
        Assert.Equal((451, 0), await database.Make<CopyJob>().ApplyAsync(ContractTests.Token));

        Assert.Equal([(amara, 451L, 450L, 2L), (ben, 1L, 451L, 2L)], await TotalsAsync(database));
        Assert.Equal(1, await database.ScalarAsync("SELECT count(*) FROM sessions WHERE user_id = @user AND session_id = 'turnless' AND facts = 0 AND first_at IS NULL", ("user", ben)));
        Assert.Equal(451, await database.ScalarAsync("SELECT count(*) FROM requests WHERE user_id = @user AND hidden = 2 AND copy_of = @of", ("user", ben), ("of", amara)));
        Assert.Empty(await CheckAsync(database));

        // What is reported later is hidden by the next run.
        foreach (var user in new[] { amara, ben })
        {
            await database.ReportAsync(user, A.Turn("later", 0, database.Time.GetUtcNow()));
        }

        Assert.Equal((1, 0), await database.Make<CopyJob>().ApplyAsync(ContractTests.Token));
        Assert.Equal((0, 0), await database.Make<CopyJob>().ApplyAsync(ContractTests.Token));
        await database.WriteAsync(session => database.Store<LedgerWriter>().Rebuild(session, ben, database.Now));
        Assert.Empty(await CheckAsync(database));

        Assert.Null(await declarations.TakeBackAsync(Given.Admin, Ben, Amara));
        Assert.Equal(CopyFault.NotDeclared, await declarations.TakeBackAsync(Given.Admin, Ben, Amara));
        using (var stopped = new CancellationTokenSource())
        {
            await stopped.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => database.Make<CopyJob>().ApplyAsync(stopped.Token));
        }

        Assert.Equal((0, 452), await database.Make<CopyJob>().ApplyAsync(ContractTests.Token));
        Assert.Empty(await CheckAsync(database));
        foreach (var user in new[] { amara, ben })
        {
            await database.WriteAsync(session => Remove(database, session, user, "later"));
        }

        Assert.Equal(before, await SumsAsync(database));
        Assert.Equal(
            [("user.copies", Ben, "counted only for amara@example.org"), ("user.copies-count", Ben, "and for amara@example.org")],
            await database.ListAsync("SELECT action, target, detail FROM audit_log ORDER BY audit_id", rows => (rows.Text(0), rows.Text(1), rows.Text(2))));
    }

    [Theory, EachDatabase]
    public async Task Declarations_OfUnknownUsersOneselfOrInACircle_AreRefused_AndLeaveNoTrace(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        await BothAsync(database, turns: 1);
        await database.UserAsync("chen@example.org");
        var declarations = database.Store<CopyDeclarations>();

        Assert.Equal(CopyFault.UnknownUser, await declarations.DeclareAsync(Given.Admin, Ben, "nobody@example.org"));
        Assert.Equal(CopyFault.UnknownUser, await declarations.TakeBackAsync(Given.Admin, null, Ben));
        Assert.Equal(CopyFault.SameUser, await declarations.DeclareAsync(Given.Admin, Ben, Ben));
        Assert.Null(await declarations.DeclareAsync(Given.Admin, Ben, Amara));
        Assert.Null(await declarations.DeclareAsync(Given.Admin, Amara, "chen@example.org"));
        Assert.Equal(CopyFault.Circle, await declarations.DeclareAsync(Given.Admin, "chen@example.org", Ben));

        Assert.Equal(2, await database.ScalarAsync("SELECT count(*) FROM request_copies"));
        Assert.Equal(2, await database.ScalarAsync("SELECT count(*) FROM audit_log"));
        Assert.All(Enum.GetValues<CopyFault>(), fault => Assert.True(fault.Message().Length > 0 && fault.Status() >= 400));
    }

    [Theory, EachDatabase]
    public async Task Declarations_PastTheirBound_AreRefused(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        await BothAsync(database, turns: 1);
        await database.WriteAsync(session =>
        {
            for (var other = 0; other < CopyDeclarations.MaxDeclarations; other++)
            {
                session.Execute(CopiesSql.Declare, ("user", 1000), ("of", 2000 + other), ("now", 1), ("by", "admin"));
            }
        });

        Assert.Equal(CopyFault.TooMany, await database.Store<CopyDeclarations>().DeclareAsync(Given.Admin, Ben, Amara));
    }

    [Theory, EachDatabase]
    public async Task ADeclaration_TakesEffectSoon_WithoutWaitingForTheNextDay(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var (_, ben) = await BothAsync(database, turns: 2);
        var chen = await database.UserAsync("chen@example.org");
        await database.ReportAsync(chen, A.Turn("s", 0, database.Time.GetUtcNow()));
        var declarations = database.Store<CopyDeclarations>();
        await declarations.DeclareAsync(Given.Admin, "chen@example.org", Amara);
        using var job = database.Make<CopyJob>();
        await job.StartAsync(ContractTests.Token);
        var deadline = TimeProvider.System.GetUtcNow() + TestDeadline.Ample;
        while (await HiddenAsync(chen) < 1 && TimeProvider.System.GetUtcNow() < deadline)
        {
            await Task.Yield();
        }

        // The first run is over or has read what is declared: only a signal can cause another one today.
        Assert.Equal(1, await HiddenAsync(chen));
        await declarations.DeclareAsync(Given.Admin, Ben, Amara);
        var tomorrow = database.Time.GetUtcNow().AddHours(12);
        while (await HiddenAsync(ben) < 2 && database.Time.GetUtcNow() < tomorrow)
        {
            database.Time.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Yield();
        }

        Assert.Equal(2, await HiddenAsync(ben));
        await job.StopAsync(ContractTests.Token);

        Task<long?> HiddenAsync(long user) => database.ScalarAsync("SELECT count(*) FROM requests WHERE user_id = @user AND hidden = 2", ("user", user));
    }

    [Theory, EachDatabase]
    public async Task Retention_RemovesCopiesToo_AndForgettingAUserForgetsWhatTheyShare(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var (amara, ben) = (await database.UserAsync(Amara), await database.UserAsync(Ben));
        var old = database.Time.GetUtcNow().AddDays(-40);
        foreach (var user in new[] { amara, ben })
        {
            var incoming = database.Incoming(user, A.Turn("old", 0, old));
            await database.ReportAsync(new IncomingRequests(user, incoming.From, [incoming.Sessions[0] with { Turns = [] }]));
        }

        await database.ReportAsync(amara, A.Turn("new", 0, database.Time.GetUtcNow()));
        await database.Make<SharedRequestJob>().FindAsync(ContractTests.Token);
        await database.Store<CopyDeclarations>().DeclareAsync(Given.Admin, Ben, Amara);
        await database.Make<CopyJob>().ApplyAsync(ContractTests.Token);
        Assert.Empty(await database.ListAsync("SELECT user_id FROM user_totals WHERE user_id = @user", rows => rows.Int64(0), ("user", ben)));

        Assert.Equal(2, await database.Make<RetentionJob>(new UsageOptions { RetentionDays = 30 }).RemoveAsync(ContractTests.Token));

        Assert.Equal(0, await database.ScalarAsync("SELECT count(*) FROM requests WHERE user_id = @user", ("user", ben)));
        Assert.Equal(0, await database.ScalarAsync("SELECT count(*) FROM sessions WHERE user_id = @user", ("user", ben)));
        Assert.Equal(2, await database.ScalarAsync("SELECT count(*) FROM shared_requests"));
        Assert.True((await database.Store<UsageRemoval>().ForgetAsync(Actor.Cli, Ben)).Result.IsOk);
        Assert.Equal(0, await database.ScalarAsync("SELECT count(*) FROM shared_requests"));
        Assert.Empty(await CheckAsync(database));
    }

    [Theory, EachDatabase]
    public async Task Panel_ShowsWhomRequestsCountFor_AndNamesNobodyOutsideTheScope(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var ids = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var (name, division) in new[] { ("amara", "Data"), ("ben", "Data"), ("chen", "Platform"), ("dina", "Data") })
        {
            ids[name] = await database.UserAsync($"{name}@example.org", division);
        }

        foreach (var (user, other, requests, counted) in new[] { ("amara", "ben", 5, 5), ("ben", "amara", 5, 5), ("amara", "chen", 9, 9), ("chen", "amara", 9, 9), ("ben", "dina", 3, 0), ("dina", "ben", 3, 0) })
        {
            await database.ExecuteAsync(
                CopiesSql.PutShared,
                ("user", ids[user]), ("other", ids[other]), ("requests", requests), ("counted", counted), ("tokens", 70), ("sessions", 2), ("first_at", 1000), ("last_at", 2000), ("found_at", database.Now));
        }

        var declarations = database.Store<CopyDeclarations>();
        await declarations.DeclareAsync(Given.Admin, Amara, "dina@example.org");

        Assert.Equal(
            [("chen", 9L, CountedFor.Both), ("ben", 5L, CountedFor.Both), ("dina", 0L, CountedFor.Other)], await PanelAsync(DataScope.Everybody));
        Assert.Equal([("amara", "chen", 9L), ("amara", "ben", 5L)], await UndeclaredAsync(DataScope.Everybody, 3));
        Assert.Equal([("amara", "chen", 9L)], await UndeclaredAsync(DataScope.Everybody, 1));
        Assert.Equal([("ben", 5L, CountedFor.Both), ("dina", 0L, CountedFor.Other)], await PanelAsync(DataScope.OfDivisions("Data")));
        Assert.Equal([("amara", "ben", 5L)], await UndeclaredAsync(DataScope.OfDivisions("Data"), 1));

        await declarations.DeclareAsync(Given.Admin, Ben, Amara);
        await declarations.DeclareAsync(Given.Admin, Amara, "chen@example.org");
        Assert.Equal([("chen", 9L, CountedFor.Other), ("ben", 5L, CountedFor.User), ("dina", 0L, CountedFor.Other)], await PanelAsync(DataScope.Everybody));
        Assert.Empty(await UndeclaredAsync(DataScope.Everybody, 3));

        using var snapshot = await SnapshotAsync(DataScope.Everybody);
        var row = CopiesPanel.Read(snapshot, (int)ids["amara"])[0];
        Assert.Equal((70L, 2L, UnixTime(1000), UnixTime(2000)), (row.Tokens, row.Sessions, row.FirstAt, row.LastAt));

        async Task<List<(string, long, CountedFor)>> PanelAsync(DataScope allowed)
        {
            using var read = await SnapshotAsync(allowed);
            return [.. CopiesPanel.Read(read, (int)ids["amara"]).Select(shared => (Name(shared.Other), shared.Requests, shared.CountedFor))];
        }

        async Task<List<(string, string, long)>> UndeclaredAsync(DataScope allowed, int limit)
        {
            using var read = await SnapshotAsync(allowed);
            return [.. CopiesPanel.Undeclared(read, limit).Select(pair => (Name(pair.User), Name(pair.Other), pair.Requests))];
        }

        Task<UsageSnapshot> SnapshotAsync(DataScope allowed) => UsageSnapshot.OpenAsync(database.Readers, allowed, OrganisationCalendar.Utc, database.Time, ContractTests.Token);

        static string Name(UserRef user) => user.Email.Split('@')[0];

        static DateTimeOffset? UnixTime(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
    }

    /// <summary>Two users who reported the same turns, an hour apart.</summary>
    private static async Task<(long Amara, long Ben)> BothAsync(TestDatabase database, int turns)
    {
        var (amara, ben) = (await database.UserAsync(Amara), await database.UserAsync(Ben));
        TurnReport[] reported = [.. Enumerable.Range(0, turns).Select(index => A.Turn("s", index, database.Time.GetUtcNow().AddHours(-index)))];
        foreach (var user in new[] { amara, ben })
        {
            await database.ReportAsync(user, reported);
        }

        return (amara, ben);
    }

    private static Task<List<(long, long, long, long)>> TotalsAsync(TestDatabase database) => database.ListAsync(
        "SELECT user_id, requests, turns, sessions FROM user_totals ORDER BY user_id", rows => (rows.Int64(0), rows.Int64(1), rows.Int64(2), rows.Int64(3)));

    /// <summary>All sums, as text.</summary>
    private static async Task<List<string>> SumsAsync(TestDatabase database)
    {
        var sums = new List<string>();
        foreach (var (sql, columns) in new[]
        {
            ("SELECT user_id, request_key, at, output_tokens, hidden, coalesce(copy_of, 0) FROM requests ORDER BY user_id, request_key", 6),
            ("SELECT user_id, slot, model_id, price_class, requests, input_tokens, output_tokens FROM usage_hours ORDER BY user_id, slot, model_id, price_class", 7),
            ("SELECT user_id, day, requests, turns, cache_read_tokens FROM user_days ORDER BY user_id, day", 5),
            ("SELECT user_id, day, session_key, facts FROM session_days ORDER BY user_id, day, session_key", 4),
            ("SELECT user_id, day, hours FROM active_hours ORDER BY user_id, day", 3),
            ("SELECT user_id, session_key, facts, requests, first_at, last_at FROM sessions ORDER BY user_id, session_key", 6),
            ("SELECT user_id, turn_key, model_id, day, requests, output_tokens, schema_version FROM turn_models ORDER BY user_id, turn_key, model_id, day", 7),
            ("SELECT user_id, model_id, events FROM event_totals ORDER BY user_id, model_id", 3),
            ("SELECT user_id, requests, turns, sessions FROM user_totals ORDER BY user_id", 4),
        })
        {
            sums.AddRange(await database.ListAsync(sql, rows => string.Join('|', Enumerable.Range(0, columns).Select(rows.Int64))));
        }

        return sums;
    }

    private static bool Remove(TestDatabase database, Ccflux.Storage.Writing.WriteSession session, long user, string id)
    {
        var ledger = database.Store<LedgerWriter>();
        var key = LedgerKey.OfSession(id);
        foreach (var request in session.List("SELECT request_key FROM requests WHERE user_id = @user AND session_key = @session", rows => rows.Int64(0), ("user", user), ("session", key)))
        {
            ledger.Remove(session, user, new RequestId(request));
        }

        foreach (var turn in session.List("SELECT turn_key FROM turns WHERE user_id = @user AND session_key = @session", rows => rows.Int64(0), ("user", user), ("session", key)))
        {
            ledger.RemoveTurn(session, user, turn);
        }

        return true;
    }

    private static Task<List<LedgerRecount.Difference>> CheckAsync(TestDatabase database) => database.ReadAsync(
        session => LedgerRecount.Users(session, 0).SelectMany(user => LedgerRecount.Check(session, OrganisationCalendar.Utc, user)).ToList());
}
