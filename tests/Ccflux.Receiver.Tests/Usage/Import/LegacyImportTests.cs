using Ccflux.Receiver.Identity.Erasure;
using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Tests.Usage.Ledger;
using Ccflux.Receiver.Usage.Import;
using Ccflux.Testing;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Ccflux.Receiver.Tests.Usage.Import;

/// <summary>A ccflux 0.1 database, created from its description alone, becomes our history.</summary>
public sealed class LegacyImportTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("ccflux-import-").FullName;

    private string OldPath => Path.Combine(_folder, "old.db");

    [Fact]
    public async Task Run_OldDatabase_BringsHistoryTokensAndDevicesAndMayRunAgain()
    {
        WriteOld();
        await using var store = new LedgerUnderTest();

        var first = await new LegacyImport(store.Writer, store.Ledger, new ManualTime()).RunAsync(OldPath, CancellationToken.None);
        var again = await new LegacyImport(store.Writer, store.Ledger, new ManualTime()).RunAsync(OldPath, CancellationToken.None);

        Assert.Equal(new ImportSummary(3, 0, 1, 2, 1), first);
        Assert.Equal(new ImportSummary(0, 3, 1, 2, 1), again);
        Assert.Equal(
            [
                "2026-05-11 04:32:11|amara@example.org|laptop|s1|0|2026-05-11 04:32:10|2026-05-10 09:15:00|claude-haiku-4-5|1|2|3|4|0.1.0|1",
                "2026-05-11 04:32:11|amara@example.org|laptop|s1|0|2026-05-11 04:32:10|2026-05-10 09:15:00|claude-sonnet-4-6|10|20|30|40|0.1.0|1",
                "2026-05-11 05:00:01|amara@example.org|laptop|s1|1|2026-05-11 05:00:00|2026-05-10 09:15:00|claude-sonnet-4-6|5|6|7|8|0.1.0|1",
                "2026-05-12 00:00:00|bo@example.org||s1|0|2026-05-12 00:00:00|2026-05-12 00:00:00|claude-sonnet-4-6|1|1|1|1||1",
            ],
            store.Rows("""
                SELECT received_at, user_email, device_id, session_id, turn_index, timestamp_utc, session_start_utc, model,
                       input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, plugin_version, schema_version
                FROM usage_events ORDER BY user_email, session_id, turn_index, model
                """));
        Assert.Equal(
            [$"{SecretToken.Stored("rtok_live")}|amara@example.org|2027-05-01 00:00:00|0", $"{SecretToken.Stored("rtok_gone")}|bo@example.org|2026-01-01 00:00:00|1"],
            store.Rows("SELECT token, email, expires_at, revoked FROM refresh_tokens ORDER BY email"));
        Assert.Equal(["amara@example.org|R&D", "bo@example.org|Sales"], store.Rows("SELECT email, division FROM users ORDER BY email"));
        Assert.Equal(["amara@example.org|laptop|0"], store.Rows("SELECT email, device_id, revoked FROM device_keys"));
        Assert.Empty(store.Rows("SELECT 1 FROM access_tokens"));
        Recount.AssertExact(store.DatabasePath);
    }

    [Fact]
    public async Task Run_WithPeopleWhoWereErased_LeavesThemOut()
    {
        WriteOld();
        await using var store = new LedgerUnderTest();
        store.ByHand("INSERT INTO erasures (erasure_id, user_id, requested_at, finished_at) VALUES (1, 9, 1, 2)");
        await store.Writer.WriteAsync(session =>
        {
            Tombstones.Mark(session, 1, MarkKind.Email, "amara@example.org");
            return true;
        });

        await new LegacyImport(store.Writer, store.Ledger, new ManualTime()).RunAsync(OldPath, CancellationToken.None);

        Assert.Equal(["bo@example.org"], store.Rows("SELECT email FROM users"));
        Assert.Equal(["bo@example.org"], store.Rows("SELECT email FROM refresh_tokens"));
        Assert.Empty(store.Rows("SELECT 1 FROM devices"));
        Assert.Equal(["bo@example.org"], store.Rows("SELECT DISTINCT user_email FROM usage_events"));
    }

    [Fact]
    public async Task Run_SomethingElse_SaysSo()
    {
        await using var store = new LedgerUnderTest();
        await File.WriteAllTextAsync(OldPath, "this is no database, whatever its name says", TestContext.Current.CancellationToken);

        await Assert.ThrowsAsync<ImportException>(() => new LegacyImport(store.Writer, store.Ledger, new ManualTime()).RunAsync(OldPath, CancellationToken.None));
        await Assert.ThrowsAsync<ImportException>(() => new LegacyImport(store.Writer, store.Ledger, new ManualTime()).RunAsync(OldPath + ".missing", CancellationToken.None));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private void WriteOld()
    {
        using var old = new SqliteConnection($"Data Source={OldPath};Pooling=False");
        old.Execute($"""
            CREATE TABLE refresh_tokens (token TEXT PRIMARY KEY, email TEXT, division TEXT, expires_at TEXT, revoked INTEGER DEFAULT 0, created_at TEXT);
            CREATE TABLE access_tokens (token TEXT, refresh_token TEXT, email TEXT, expires_at TEXT, created_at TEXT);
            CREATE TABLE device_keys (public_key TEXT PRIMARY KEY, email TEXT, device_id TEXT, registered_at TEXT, last_seen_at TEXT, revoked INTEGER DEFAULT 0);
            CREATE TABLE usage_events (id INTEGER PRIMARY KEY, received_at TEXT, user_email TEXT, user_token TEXT, device_id TEXT, session_id TEXT, turn_index INTEGER,
                timestamp_utc TEXT, session_start_utc TEXT, model TEXT, input_tokens INTEGER, output_tokens INTEGER, cache_read_tokens INTEGER, cache_write_tokens INTEGER,
                plugin_version TEXT, schema_version INTEGER, UNIQUE (session_id, turn_index, model, user_email));
            CREATE TABLE tier_hints (email TEXT PRIMARY KEY, tier_label TEXT, peak_tokens INTEGER, method TEXT, window_count INTEGER, updated_at TEXT);
            INSERT INTO refresh_tokens VALUES ('rtok_live', 'Amara@example.org', 'R&D', '2027-05-01T00:00:00Z', 0, '2026-05-01 00:00:00'),
                                              ('rtok_gone', 'bo@example.org', 'Sales', '2026-01-01 00:00:00', 1, '2026-05-01 00:00:00');
            INSERT INTO access_tokens VALUES ('atok_old', 'rtok_live', 'amara@example.org', '2027-01-01T00:00:00Z', '2026-05-01 00:00:00');
            INSERT INTO device_keys VALUES ('{new DeviceKey(new byte[32]).PublicKey}', 'amara@example.org', 'laptop', '2026-05-01T00:00:00Z', '2026-05-11 05:00:01', 0);
            INSERT INTO usage_events (received_at, user_email, device_id, session_id, turn_index, timestamp_utc, session_start_utc, model,
                                      input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, plugin_version, schema_version) VALUES
                ('2026-05-11 04:32:11', 'amara@example.org', 'laptop', 's1', 0, '2026-05-11T04:32:10Z', '2026-05-10T09:15:00Z', 'claude-sonnet-4-6', 10, 20, 30, 40, '0.1.0', 1),
                ('2026-05-11 04:32:11', 'amara@example.org', 'laptop', 's1', 0, '2026-05-11T04:32:10Z', '2026-05-10T09:15:00Z', 'claude-haiku-4-5', 1, 2, 3, 4, '0.1.0', 1),
                ('2026-05-11 05:00:01', 'amara@example.org', 'laptop', 's1', 1, '2026-05-11 05:00:00', '2026-05-10T09:15:00Z', 'claude-sonnet-4-6', 5, 6, 7, 8, '0.1.0', 1),
                ('2026-05-12 00:00:00', 'bo@example.org', NULL, 's1', 0, '2026-05-12T00:00:00Z', NULL, 'claude-sonnet-4-6', 1, 1, 1, 1, NULL, 1),
                ('2026-05-12 00:00:00', 'bo@example.org', NULL, 's1', 7, 'not a time', NULL, 'claude-opus-4-7', 1, 1, 1, 1, NULL, 1);
            INSERT INTO tier_hints VALUES ('amara@example.org', 'Max 5x', 1000, 'inferred', 5, '2026-05-12 00:00:00');
            """);
    }
}
