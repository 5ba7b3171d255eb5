using Ccflux.Contracts.Quota;
using Ccflux.Contracts.Usage;
using Ccflux.Receiver.Identity.Devices;
using Ccflux.Receiver.Identity.Erasure;
using Ccflux.Receiver.Identity.Users;
using Ccflux.Receiver.Quota.Ingest;
using Ccflux.Receiver.Telemetry.Auth;
using Ccflux.Receiver.Telemetry.Receive.Normalize;
using Ccflux.Receiver.Usage.Copies;
using Ccflux.Receiver.Usage.Ledger;
using Ccflux.Testing;
using static Ccflux.Receiver.Tests.Contracts.ErasureGiven;
using static Ccflux.Receiver.Tests.Contracts.TelemetryGiven;

namespace Ccflux.Receiver.Tests.Contracts;

/// <summary>What an erasure promises: nothing of the person is left but a tombstone, nobody else loses anything, and nothing that still runs brings the person back.</summary>
[Collection<ContractTests>]
public sealed class ErasureContractTests
{
    /// <summary>Tables with rows of users, and the column that says whose.</summary>
    private static readonly (string Table, string Column)[] s_owned =
    [
        ("users", "user_id"), ("access_tokens", "user_id"), ("devices", "user_id"), ("user_caps", "user_id"), ("telemetry_tokens", "user_id"), ("telemetry_subjects", "user_id"),
        ("requests", "user_id"), ("turns", "user_id"), ("turn_prompts", "user_id"), ("turn_models", "user_id"), ("sessions", "user_id"), ("limit_events", "user_id"),
        ("report_pauses", "user_id"), ("usage_caps", "user_id"), ("usage_hours", "user_id"), ("user_hours", "user_id"), ("session_hours", "user_id"), ("active_hours", "user_id"),
        ("usage_days", "user_id"), ("user_days", "user_id"), ("session_days", "user_id"), ("event_days", "user_id"), ("usage_totals", "user_id"), ("event_totals", "user_id"),
        ("user_totals", "user_id"), ("tiers", "user_id"), ("shared_requests", "user_id"), ("quota_accounts", "owner"),
    ];

    /// <summary>Tables of telemetry, which know subjects.</summary>
    private static readonly string[] s_ofSubjects =
    [
        "telemetry_events", "telemetry_points", "telemetry_streams", "telemetry_prompts", "telemetry_durations", "telemetry_hours", "telemetry_hour_counts", "telemetry_days", "telemetry_day_counts",
        "telemetry_session_usage", "telemetry_sessions", "telemetry_labels", "telemetry_subject_names",
    ];

    [Theory, EachDatabase]
    public async Task Erase_LeavesNothingOfThePerson_AndEverythingOfOthers(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var (amara, ben) = await database.PeopleAsync();
        var before = await CountAsync(database, ben);
        Assert.All(await CountAsync(database, amara), table => Assert.True(table.Rows > 0, table.Table));

        var number = await database.EraseAsync(Amara);

        Assert.Equal([(number, amara, database.Now, database.Now)], await database.ListAsync(
            "SELECT erasure_id, user_id, requested_at, finished_at FROM erasures", rows => (rows.Int64(0), rows.Int64(1), rows.Int64(2), rows.Int64(3))));
        Assert.All(await CountAsync(database, amara), table => Assert.Equal((table.Table, 0L), table));
        Assert.Equal(before.Where(table => table.Table is not "shared_requests"), (await CountAsync(database, ben)).Where(table => table.Table is not "shared_requests"));
        // Whatever no subject, window or alert leads to is nobody's.
        Assert.All(s_ofSubjects, table => Assert.Equal(
            0, database.ScalarAsync($"SELECT count(*) FROM {table} WHERE subject_id NOT IN (SELECT subject_id FROM telemetry_subjects)").Result));
        foreach (var orphans in (string[])[
            "quota_windows WHERE account_id NOT IN (SELECT account_id FROM quota_accounts)", "quota_readings WHERE window_id NOT IN (SELECT window_id FROM quota_windows)",
            "quota_hours WHERE window_id NOT IN (SELECT window_id FROM quota_windows)", "quota_alert_states WHERE window_id NOT IN (SELECT window_id FROM quota_windows)",
            "quota_alert_rules WHERE account_id NOT IN (SELECT account_id FROM quota_accounts)", "quota_polls WHERE account_id NOT IN (SELECT account_id FROM quota_accounts)",
            "quota_alerts WHERE account_id > 0 AND account_id NOT IN (SELECT account_id FROM quota_accounts)", "quota_deliveries WHERE alert_id NOT IN (SELECT alert_id FROM quota_alerts)",
            "refresh_tokens WHERE lower(email) LIKE '%amara%'", "telemetry_plans WHERE person = 'amara@example.org'", "request_copies WHERE user_id NOT IN (SELECT user_id FROM users)"])
        {
            Assert.Equal((orphans, 0L), (orphans, await database.ScalarAsync($"SELECT count(*) FROM {orphans}")));
        }

        // What Ben has of Amara's stays hidden, as the admin said.
        Assert.Equal(1, await database.ScalarAsync("SELECT count(*) FROM request_copies WHERE user_id = @ben AND of_user_id = @amara", ("ben", ben), ("amara", amara)));
        Assert.Equal((0, 0), await database.Make<CopyJob>().ApplyAsync(ContractTests.Token));
        Assert.Null((await database.Store<Erasures>().BeginAsync(Given.Admin, Amara)).Value);
    }

    [Theory, EachDatabase]
    public async Task Erase_TakesThePersonsDurations_FromTheSumsOverEverybody(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var now = database.Time.GetUtcNow();
        await database.TelemetryAsync(
            TelemetryCaller.Organisation,
            Request(1, now, From(Amara)), Request(2, now, From(Amara)), Request(3, now, From(Amara)), Request(4, now, From(Ben)), Request(5, now, From(Ben)), Request(6, now.AddHours(-1), From(Amara)));
        // As if another process had written some of them.
        await database.ExecuteAsync("UPDATE telemetry_duration_sums SET count = 2 WHERE count > 1");
        await database.ExecuteAsync(
            """
            INSERT INTO telemetry_duration_sums (is_day, period, is_tool, name_id, terminal_id, bucket, writer, count)
            SELECT is_day, period, is_tool, name_id, terminal_id, bucket, 1, 3 + is_day FROM telemetry_duration_sums WHERE count = 2
            """);

        await database.EraseAsync(Amara);

        Assert.Equal(
            [(false, database.Now / Hour, 1, 2L), (true, database.Now / Day, 1, 2L)],
            await database.ListAsync(
                "SELECT is_day, period, writer, count FROM telemetry_duration_sums ORDER BY is_day, period, writer", rows => (rows.Bool(0), rows.Int64(1), rows.Int32(2), rows.Int64(3))));
    }

    [Theory, EachDatabase]
    public async Task Erase_PutsTheNumberWhereTheNameStood_AndLeavesLongerNamesAlone(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        await database.PeopleAsync(turns: 1);

        var number = await database.EraseAsync(Amara);

        var name = $"erased person {number}";
        Assert.Equal(
            [("192.0.2.1", "admin", "device.revoke", name, ""), ("", name, "user.add", "x" + Amara, "R&D"), ("192.0.2.7", "admin", "user.copies", Ben, $"counted only for {name}"),
             ("192.0.2.7", "admin", "telemetry.map", name, ""), ("192.0.2.7", "admin", "person.erase", name, "")],
            await database.ListAsync(
                "SELECT address, actor, action, target, detail FROM audit_log ORDER BY at, audit_id", rows => (rows.Text(0), rows.Text(1), rows.Text(2), rows.Text(3), rows.Text(4))));
        Assert.Equal(
            [("", name), ("", ""), (name, $"login of {name}."), (name, $"{{\"a\":\"{name}\"}}"), ($"of {name}", "")],
            await database.ListAsync(
                """
                SELECT a, b FROM (
                    SELECT 1 AS place, email AS a, label AS b FROM fleet_accounts UNION ALL SELECT 2, coalesce(claimed_email, ''), '' FROM users UNION ALL
                    SELECT 3, actor, detail FROM fleet_audit WHERE action = 'import' UNION ALL SELECT 4, reason, figures FROM fleet_events UNION ALL SELECT 5, message, '' FROM quota_alerts WHERE account_id = 0) AS x
                ORDER BY place
                """,
                rows => (rows.Text(0), rows.Text(1))));
        Assert.Equal([("", name)], await database.ListAsync("SELECT email, label FROM quota_accounts WHERE account_key = 'polled'", rows => (rows.Text(0), rows.Text(1))));
    }

    [Theory, EachDatabase]
    public async Task WhatStillRuns_DoesNotBringThePersonBack_AndOthersAreTaken(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var (amara, ben) = await database.PeopleAsync(turns: 1);
        await database.EraseAsync(Amara);
        var before = await RowsAsync(database);
        var now = database.Time.GetUtcNow();

        // Entries that were admitted before, and outsiders who name the person.
        Assert.Equal(0, (await database.ReportAsync(amara, A.Turn("late", 0, now))).New);
        Assert.Equal(0, (await database.TelemetryAsync(new TelemetryCaller(amara), Request(50, now, From()))).New);
        foreach (var origin in new[] { From(Amara), From(install: Installation, session: null), From(install: $"install-of-{amara}", session: null) })
        {
            Assert.Equal(0, (await database.TelemetryAsync(TelemetryCaller.Organisation, Request(51, now, origin))).New);
            Assert.Equal(0, (await database.TelemetryAsync(TelemetryCaller.Organisation, Cumulative(51, now.AddHours(-1), now, 5, origin))).New);
            await database.TelemetryAsync(TelemetryCaller.Organisation, new LabelRecord(origin, "team", "t", database.Now, database.Now));
        }

        Assert.Equal(Registration.Revoked, (await database.Store<DeviceKeys>().RegisterAsync(amara, "key", "laptop")).Value);
        var intake = database.Store<ReadingIntake>();
        await intake.LimitsHitAsync(amara, Amara, [new LimitHit("five_hour", now, now.AddHours(1))]);
        foreach (var (user, account) in new[] { (amara, "account"), (ben, Amara) })
        {
            await intake.StoreAsync(user, [new ReportedReading { Window = "five_hour", UsedPercentage = 5, ObservedAt = now, Account = account }]);
        }

        await database.QuotaAccountAsync("polled", email: Amara);
        Assert.Equal(before, await RowsAsync(database));
        Assert.True(await database.ScalarAsync("SELECT count FROM telemetry_seen WHERE kind = 'capped' AND name = 'erased'") > 0);

        // Whoever else sends from such a machine, or with an id that Amara's records named too, is taken.
        Assert.Equal(1, (await database.TelemetryAsync(TelemetryCaller.Organisation, Request(60, now, From("new@example.org", Installation)))).New);
        Assert.Equal(1, (await database.TelemetryAsync(TelemetryCaller.Organisation, Request(61, now, From(install: SharedInstallation, session: null)))).New);
        var claiming = database.Incoming(ben, A.Turn("own", 9, now)) with { Client = new ClientInfo { Name = "ccflux", Version = "0.1.0" }, Claim = new ClaimedAddress(Amara) };
        Assert.Equal(2, (await database.ReportAsync(claiming)).New);
        Assert.Equal([("0.1.0", true)], await database.ListAsync("SELECT plugin_version, claimed_email IS NULL FROM users", rows => (rows.Text(0), rows.Bool(1))));
    }

    [Theory, EachDatabase]
    public async Task AnAdmin_MayAddThePersonAgain_WithoutThePast(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var (amara, _) = await database.PeopleAsync(turns: 1);
        var number = await database.BeginAsync(Amara);
        Assert.Equal(AccountFault.BeingErased, (await database.Store<UserAdministration>().AddAsync(Given.Admin, Amara, "")).Fault);
        Assert.Equal(number, await database.BeginAsync(Amara));
        Assert.True(await database.Store<Erasures>().RunAsync(ContractTests.Token));

        Assert.True((await database.Store<UserAdministration>().AddAsync(Given.Admin, Amara, "")).IsOk);

        var again = await database.ScalarAsync("SELECT user_id FROM users WHERE email = @email", ("email", Amara));
        Assert.True(again > amara);
        var now = database.Time.GetUtcNow();
        Assert.Equal(1, (await database.TelemetryAsync(TelemetryCaller.Organisation, Request(70, now, From(Amara)))).New);
        Assert.Equal(1, (await database.TelemetryAsync(TelemetryCaller.Organisation, Request(71, now, From(install: Installation, session: null)))).New);
        Assert.Equal(2, (await database.ReportAsync(again!.Value, A.Turn("new", 0, now))).New);

        // Erased once more, by another number.
        Assert.Equal(number + 1, await database.EraseAsync(Amara));
        Assert.Equal(0, (await database.TelemetryAsync(TelemetryCaller.Organisation, Request(72, now, From(Amara)))).New);
    }

    [Theory, EachDatabase]
    public async Task SomebodyWhomOnlyTelemetryNames_IsErasedToo_AndAStrangerIsNot(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var now = database.Time.GetUtcNow();
        await database.TelemetryAsync(TelemetryCaller.Organisation, Request(1, now, From("only@example.org")), Request(2, now, From("other@example.org")));
        await database.ExecuteAsync("INSERT INTO telemetry_plans (person, plan, set_at) VALUES ('planned@example.org', 'Max', 1)");
        await database.QuotaAccountAsync("polled", email: "quota@example.org");
        await database.BareAccountAsync("key", "uuid", null, "fingerprint");
        await database.ExecuteAsync("UPDATE fleet_accounts SET email = 'fleet@example.org'");
        await database.RefreshTokenAsync("plain", "Token@example.org ", now);

        Assert.Null((await database.Store<Erasures>().BeginAsync(Given.Admin, "nobody@example.org")).Value);
        foreach (var known in (string[])["only@example.org", "planned@example.org", "quota@example.org", "fleet@example.org", "token@example.org"])
        {
            await database.EraseAsync(known);
        }

        Assert.Equal(0, await database.ScalarAsync("SELECT count(*) FROM users"));
        Assert.Equal(5, await database.ScalarAsync("SELECT count(*) FROM erasures WHERE finished_at IS NOT NULL"));
        Assert.Equal([("claimed", "other@example.org")], await database.ListAsync("SELECT kind, name FROM telemetry_subjects", rows => (rows.Text(0), rows.Text(1))));
        Assert.Equal(0, (await database.TelemetryAsync(TelemetryCaller.Organisation, Request(3, now, From("only@example.org")))).New);
    }

    [Theory, EachDatabase]
    public async Task ARestoredDatabase_LosesWhomATombstoneNames_AndKeepsWhoWasAddedAgain(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        await database.PeopleAsync(turns: 1);
        var number = await database.EraseAsync(Amara);
        Assert.True(await database.Store<Erasures>().IsFinishedAsync(number, ContractTests.Token));
        var carryOver = database.Store<ErasureCarryOver>();
        Assert.False(await database.WriteAsync(session => carryOver.CarryOut(session, database.Time.GetUtcNow())));

        // The backup has her as a user, and once only as the address of a token.
        foreach (var isUser in new[] { true, false })
        {
            if (isUser)
            {
                await database.ReportAsync(await database.UserAsync(Amara), A.Turn("old", 0, database.Time.GetUtcNow()));
            }

            await database.RefreshTokenAsync("old token", Amara, database.Time.GetUtcNow());
            Assert.True(await database.WriteAsync(session => carryOver.CarryOut(session, database.Time.GetUtcNow())));
            Assert.Equal([(Ben, 0L)], await database.ListAsync(
                "SELECT email, (SELECT count(*) FROM refresh_tokens WHERE token = 'old token') FROM users", rows => (rows.Text(0), rows.Int64(1))));
            Assert.True(await database.Store<Erasures>().IsFinishedAsync(number, ContractTests.Token));
        }

        database.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.True((await database.Store<UserAdministration>().AddAsync(Given.Admin, Amara, "")).IsOk);
        Assert.False(await database.WriteAsync(session => carryOver.CarryOut(session, database.Time.GetUtcNow())));
        Assert.Equal(2, await database.ScalarAsync("SELECT count(*) FROM users"));
    }

    [Theory, EachDatabase]
    public async Task TombstonesOfAnotherDatabase_KeepTheirNumber_OrDrawOne(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        await database.UserAsync(Ben);
        var number = await database.EraseAsync(Ben);

        Assert.Equal(database.Now, await database.ScalarAsync(ErasureSql.SelectRequested, ("erasure", number)));
        Assert.Equal(number + 5, await database.InsertAsync(ErasureSql.InsertCarried, ("erasure", number + 5), ("requested_at", 1), ("finished_at", 2)));
        Assert.Equal(number + 6, await database.InsertAsync(ErasureSql.InsertCarried, ("erasure", null as long?), ("requested_at", 3), ("finished_at", 4)));
    }

    private static async Task<List<(string Table, long Rows)>> CountAsync(TestDatabase database, long user)
    {
        var counts = new List<(string Table, long Rows)>();
        foreach (var (table, column) in s_owned)
        {
            counts.Add((table, (await database.ScalarAsync($"SELECT count(*) FROM {table} WHERE {column} = @user", ("user", user)))!.Value));
        }

        foreach (var table in s_ofSubjects)
        {
            counts.Add((table, (await database.ScalarAsync(
                $"SELECT count(*) FROM {table} WHERE subject_id IN (SELECT subject_id FROM telemetry_subjects WHERE user_id = @user)", ("user", user)))!.Value));
        }

        return counts;
    }

    private static async Task<List<(string Table, long Rows)>> RowsAsync(TestDatabase database)
    {
        var counts = new List<(string Table, long Rows)>();
        foreach (var table in s_owned.Select(owned => owned.Table).Concat(s_ofSubjects).Append("quota_readings"))
        {
            counts.Add((table, (await database.ScalarAsync($"SELECT count(*) FROM {table}"))!.Value));
        }

        return counts;
    }
}
