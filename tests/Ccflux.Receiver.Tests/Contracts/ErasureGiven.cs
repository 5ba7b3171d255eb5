using Ccflux.Receiver.Identity.Erasure;
using Ccflux.Receiver.Quota;
using Ccflux.Receiver.Telemetry.Auth;
using Ccflux.Receiver.Telemetry.Receive.Normalize;
using Ccflux.Receiver.Usage.Copies;
using Ccflux.Receiver.Usage.Ledger;
using Ccflux.Testing;
using static Ccflux.Receiver.Tests.Contracts.TelemetryGiven;

namespace Ccflux.Receiver.Tests.Contracts;

/// <summary>People with rows in every table that names one.</summary>
internal static class ErasureGiven
{
    public const string Amara = "amara@example.org";
    public const string Ben = "ben@example.org";

    /// <summary>Of Amara's machine; her own records name it too.</summary>
    public const string Installation = "install-amara";

    /// <summary>Records of Amara's and of Ben's name it.</summary>
    public const string SharedInstallation = "install-shared";

    /// <summary>Two people with usage, telemetry, readings and rows of the fleet, and a third who is only named. Everything that is stored of Amara is hers alone, or bears her name.</summary>
    /// <returns>The users' ids.</returns>
    public static async Task<(long Amara, long Ben)> PeopleAsync(this TestDatabase database, int turns = 8)
    {
        var (amara, ben) = (await database.UserAsync(Amara, "R&D"), await database.UserAsync(Ben, "R&D"));
        foreach (var (user, email, number) in new[] { (amara, Amara, (byte)1), (ben, Ben, (byte)2) })
        {
            await AccessAsync(database, user, email, number);
            await UsageAsync(database, user, email, turns);
            await TelemetryAsync(database, user, email);
            await QuotaAsync(database, user, email);
        }

        await SharedAsync(database, amara, ben);
        await NamesAsync(database);
        return (amara, ben);
    }

    public static Task<long?> BeginAsync(this TestDatabase database, string email) =>
        database.WriteAsync(session => database.Store<ErasureSteps>().Begin(session, Given.Admin, email, database.Time.GetUtcNow()));

    /// <summary>Erases a person from beginning to end.</summary>
    /// <returns>The tombstone's number.</returns>
    public static async Task<long> EraseAsync(this TestDatabase database, string email)
    {
        var number = (await database.Store<Erasures>().BeginAsync(Given.Admin, email)).Value!.Value;
        Assert.True(await database.Store<Erasures>().RunAsync(ContractTests.Token));
        return number;
    }

    private static EventRecord Request(long key, DateTimeOffset at, Origin origin, long prompt = 0) =>
        TelemetryGiven.Request(key, at, origin, prompt: prompt) with { Request = new RequestDetails(key, null, null, IsFast: false) };

    private static async Task AccessAsync(TestDatabase database, long user, string email, byte number)
    {
        var now = database.Time.GetUtcNow();
        await database.RefreshTokenAsync("sha256:" + email, email, now);
        await database.RefreshTokenAsync("plain " + email, $" {email.ToUpperInvariant()}", now, revoked: true);
        await database.AccessTokenAsync(number, user, "sha256:" + email, database.Now + 1000);
        await database.DeviceAsync(user, $"laptop of {email}", database.Now);
        await database.ExecuteAsync("INSERT INTO user_caps (user_id, day, devices) VALUES (@user, 1, 1)", ("user", user));
        await database.ExecuteAsync("INSERT INTO telemetry_tokens (token_hash, user_id, created_at) VALUES (@hash, @user, 1)", ("hash", new[] { number }), ("user", user));
    }

    private static async Task UsageAsync(TestDatabase database, long user, string email, int turns)
    {
        var now = database.Time.GetUtcNow();
        var reports = Enumerable.Range(0, turns)
            .Select(index => A.Turn($"session {index % 3} of {email}", index, now.AddHours(-index), model: $"model {index % 2}", outcome: "failed") with
            {
                LimitEvents = [new LimitEvent { AtUtc = now.AddHours(-index), Final = true }],
            }).ToArray();
        var incoming = database.Incoming(user, reports);
        await database.ReportAsync(incoming with
        {
            Sessions = [.. incoming.Sessions.Select((session, place) => session with { Prompts = [(Prompt: (user * 100) + place, Turn: session.Turns[0].Key)] })],
            Pauses = [new IncomingPause(1, 2)],
        });
        await database.ExecuteAsync("INSERT INTO usage_caps (user_id, day, backfill, facts, sessions, models) VALUES (@user, 1, 0, 1, 1, 1) ON CONFLICT DO NOTHING", ("user", user));
        await database.ExecuteAsync(
            "INSERT INTO tiers (user_id, label, peak_tokens, method, window_count, updated_at) VALUES (@user, 'Tier 1', 1, 'inferred', 1, 1)", ("user", user));
    }

    private static async Task TelemetryAsync(TestDatabase database, long user, string email)
    {
        var now = database.Time.GetUtcNow();
        var own = new TelemetryCaller(user);
        await database.TelemetryAsync(own, Request(1, now, From(install: $"install-of-{user}", session: $"told by {email}"), prompt: 7));
        await database.TelemetryAsync(own, Request(2, now, From(install: SharedInstallation, session: null)), Event(EventKind.ToolResult, 3, now, From(session: null), "Bash", "true", ms: 5));
        await database.TelemetryAsync(own, Cumulative(9, now.AddHours(-1), now, 40, From(session: $"counted of {email}")), Delta(MetricKind.Commits, 8, now, 1, From(session: null)));
        await database.TelemetryAsync(own, new LabelRecord(From(), "anthropic.plan", "max", database.Now, database.Now));
        await database.TelemetryAsync(TelemetryCaller.Organisation, Request(4, now, From(email, session: $"claimed by {email}")), Request(5, now, From(email, session: null)));
        await database.ExecuteAsync("INSERT INTO telemetry_plans (person, plan, set_at) VALUES (@email, 'Max', 1)", ("email", email));
    }

    private static async Task QuotaAsync(TestDatabase database, long user, string email)
    {
        var account = await database.QuotaAccountAsync(email, user, email: email);
        var now = database.Time.GetUtcNow();
        await database.ReadingsAsync(account, QuotaSource.StatusLine, new Reading("five_hour", 1000, now.AddHours(2), now), new Reading("seven_day", 2000, now.AddDays(2), now));
        var window = await database.QuotaWindowAsync(account, "five_hour");
        await database.ExecuteAsync("INSERT INTO quota_hours VALUES (@window, 1, 1, 1, 1, NULL, 1)", ("window", window));
        await database.ExecuteAsync("INSERT INTO quota_alert_rules VALUES (@account, '80', 1)", ("account", account.Value));
        await database.ExecuteAsync("INSERT INTO quota_alert_states VALUES (@window, 1, 1, NULL)", ("window", window));
        await database.ExecuteAsync("INSERT INTO quota_polls (account_id, next_at, failures, recent) VALUES (@account, 1, 0, '')", ("account", account.Value));
        var alert = await database.InsertAsync(
            "INSERT INTO quota_alerts (account_id, \"window\", kind, used_milli, created_at) VALUES (@account, 'five_hour', 'threshold', 1, 1) RETURNING alert_id", ("account", account.Value));
        await database.ExecuteAsync("INSERT INTO quota_deliveries VALUES (@alert, 'slack', 'delivered', 1, 1, NULL, 1)", ("alert", alert));
    }

    /// <summary>What both have, and an installation of Amara's that an admin mapped to her.</summary>
    private static async Task SharedAsync(TestDatabase database, long amara, long ben)
    {
        var now = database.Time.GetUtcNow();
        foreach (var user in new[] { amara, ben })
        {
            await database.ReportAsync(user, A.Turn("copied", 1, now.AddDays(-1)), A.Turn("copied", 2, now.AddDays(-1)));
        }

        await database.Store<CopyDeclarations>().DeclareAsync(Given.Admin, Ben, Amara);
        await database.Make<CopyJob>().ApplyAsync(ContractTests.Token);
        await database.Make<SharedRequestJob>().FindAsync(ContractTests.Token);
        await database.TelemetryAsync(TelemetryCaller.Organisation, Request(6, now, From(install: Installation, session: null)));
        var subject = (await database.ScalarAsync("SELECT subject_id FROM telemetry_subjects WHERE name = @name", ("name", Installation)))!.Value;
        await database.Store<InstallationMapping>().MapAsync(Given.Admin, subject, Amara);
    }

    /// <summary>Rows of others that bear Amara's address, and those of people whose address only contains hers.</summary>
    private static async Task NamesAsync(TestDatabase database)
    {
        await database.ExecuteAsync("UPDATE users SET claimed_email = @amara WHERE email = @ben", ("amara", Amara), ("ben", Ben));
        await database.QuotaAccountAsync("polled", label: Amara, email: Amara);
        await database.ExecuteAsync(
            "INSERT INTO quota_alerts (account_id, \"window\", kind, used_milli, created_at, message) VALUES (0, '', 'test', 0, 1, @message)", ("message", $"of {Amara}"));
        await database.BareAccountAsync("key", "uuid", null, "fingerprint");
        await database.ExecuteAsync("UPDATE fleet_accounts SET email = @amara, label = @amara", ("amara", Amara));
        await database.ExecuteAsync("INSERT INTO fleet_audit (at, actor, action, outcome, detail) VALUES (1, @amara, 'import', 'ok', @detail)", ("amara", Amara), ("detail", $"login of {Amara}."));
        await database.ExecuteAsync("INSERT INTO fleet_events (at, kind, reason, figures) VALUES (1, 'switched', @reason, @figures)", ("reason", Amara), ("figures", $"{{\"a\":\"{Amara}\"}}"));
        await database.ExecuteAsync(
            "INSERT INTO audit_log (at, actor, action, target, detail, address) VALUES (1, 'admin', 'device.revoke', @target, '', '192.0.2.1'), (2, @amara, 'user.add', @long, 'R&D', '192.0.2.2')",
            ("target", $"{Amara} laptop of {Amara}"), ("amara", Amara), ("long", "x" + Amara));
    }
}
