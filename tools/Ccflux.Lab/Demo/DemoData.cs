using System.Security.Cryptography;
using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Platform.Auth.Admin;
using Ccflux.Receiver.Usage.Ledger;
using Ccflux.Storage.Writing;

namespace Ccflux.Lab.Demo;

/// <summary>Fills an empty database with 45 days of usage by fifteen fictional people, through the receiver's own writer.</summary>
internal sealed class DemoData(GroupCommitWriter writer, LedgerWriter ledger, TimeProvider time)
{
    /// <summary>The writer takes no more than some thousand rows at once.</summary>
    private const int ReportsAtOnce = 50;

    private readonly Dictionary<string, (long User, long Device)> _people = new(StringComparer.Ordinal);
    private readonly Random _random = new(DemoPlan.Seed);

    /// <returns>How many turns were stored, or null if the database was not empty; then nothing was stored.</returns>
    public async Task<int?> FillAsync()
    {
        var now = time.GetUtcNow();
        if (!Stored(await writer.WriteAsync(session => AddPeople(session, now))))
        {
            return null;
        }

        var stored = 0;
        foreach (var chunk in DemoPlan.Make(now).Chunk(ReportsAtOnce))
        {
            foreach (var result in await Task.WhenAll(chunk.Select(StoreAsync)))
            {
                _ = Stored(result);
            }

            stored += chunk.Sum(report => report.Turns.Count);
        }

        await writer.WriteAsync(session => AddLog(session, now));
        return stored;
    }

    private static T Stored<T>(WriteResult<T> result) => result.TryGet(out var value) ? value : throw new IOException("The demo data could not be written.");

    private Task<WriteResult<LedgerResult>> StoreAsync(DemoReport report)
    {
        var (user, device) = _people[report.Person.Name];
        return writer.WriteAsync(new LedgerWrite(ledger, DemoRequests.Of(report, user, device), allowances: null));
    }

    private bool AddPeople(WriteSession session, DateTimeOffset now)
    {
        if (session.Scalar(DemoSql.CountAll) > 0)
        {
            return false;
        }

        var begun = now.AddDays(-DemoPlan.Days - 1);
        foreach (var person in DemoPerson.Reporting)
        {
            var user = AddUser(session, person.Email, person.Division, begun, begun.AddDays(365 + DemoPlan.Days), revoked: false);
            var seen = now.AddDays(-person.LastDaysAgo).AddMinutes(-_random.Next(2, 50));
            _people[person.Name] = (user, AddDevice(session, user, person.Device, begun, seen));
        }

        // More machines: one revoked, and one that registered a new key after being revoked.
        AddDevice(session, _people["daniel.novak"].User, "dn-air", begun.AddDays(3), now.AddDays(-9), revokedAt: now.AddHours(-6));
        AddDevice(session, _people["amara.okafor"].User, "build-07", begun.AddDays(8), now.AddDays(-3), revokedAt: now.AddDays(-2));
        AddDevice(session, _people["amara.okafor"].User, "build-07", now.AddHours(-4), now.AddHours(-3), again: true);

        AddUser(session, "petra.kowalska@example.org", "Data", now.AddDays(-5), now.AddDays(360), revoked: false);
        AddUser(session, "tom.hartley@example.org", "Support", begun, begun.AddDays(365), revoked: true);
        return true;
    }

    private static bool AddLog(WriteSession session, DateTimeOffset now)
    {
        var admin = Actor.BreakGlass("admin", "192.0.2.14");
        void Line(DateTimeOffset at, Actor actor, string action, string target, string detail) =>
            AuditLog.Write(session, new AuditEntry(at, actor, action, target, detail));

        Line(now.AddDays(-42), admin, "user.revoke", "tom.hartley@example.org", "");
        Line(now.AddDays(-5), admin, "user.add", "petra.kowalska@example.org", "Data, 365 days");
        Line(now.AddDays(-4), admin, "user.division", "lena.fischer@example.org", "Platform to Security");
        Line(now.AddDays(-2), admin, "device.revoke", "amara.okafor@example.org build-07", "");
        Line(now.AddHours(-6), admin, "device.revoke", "daniel.novak@example.org dn-air", "");
        Line(now.AddHours(-4), Actor.System, "device.register-again", "amara.okafor@example.org build-07", "");
        Line(now.AddMinutes(-35), admin, "user.reissue", "george.whitlock@example.org", "");
        return true;
    }

    private static long AddUser(WriteSession session, string email, string division, DateTimeOffset created, DateTimeOffset expires, bool revoked)
    {
        // Nobody has this token: only its hash is created.
        var hash = "sha256:" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        session.Execute(
            DemoSql.InsertToken, ("token", hash), ("email", email), ("division", division),
            ("expires_at", Text(expires)), ("revoked", revoked), ("created_at", Text(created)));
        return session.Insert(DemoSql.InsertUser, ("email", email), ("division", division), ("created_at", created.ToUnixTimeMilliseconds()));
    }

    private long AddDevice(
        WriteSession session, long user, string name, DateTimeOffset registered, DateTimeOffset seen, DateTimeOffset? revokedAt = null, bool again = false)
    {
        var key = new byte[32];
        _random.NextBytes(key);
        return session.Insert(
            DemoSql.InsertDevice,
            ("user", user),
            ("public_key", Convert.ToBase64String(key)),
            ("name", name),
            ("registered_at", registered.ToUnixTimeMilliseconds()),
            ("last_seen_at", seen.ToUnixTimeMilliseconds()),
            ("revoked_at", revokedAt?.ToUnixTimeMilliseconds()),
            ("reregistered", again));
    }

    private static string Text(DateTimeOffset instant) => instant.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
}
