using Ccflux.Receiver.Identity;
using Ccflux.Receiver.Usage.Import;
using Ccflux.Storage.Sql;

namespace Ccflux.Receiver.Tests.Contracts;

/// <summary>What an import and a restore promise about rows that are there already.</summary>
[Collection<ContractTests>]
public sealed class ImportContractTests
{
    [Theory, EachDatabase]
    public async Task InsertToken_ThatIsKnown_KeepsTheKnownOne(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);

        var inserted = new[] { await InsertAsync("1", "amara@example.org"), await InsertAsync("1", "ben@example.org"), await InsertAsync("2", "ben@example.org") };

        Assert.Equal([1, 0, 1], inserted);

        Assert.Equal(
            [("1", "amara@example.org", "Data", null, true, "2026-01-01 00:00:00"), ("2", "ben@example.org", "Data", (string?)null, true, "2026-01-01 00:00:00")],
            await database.ListAsync(
                "SELECT token, email, division, expires_at, revoked, created_at FROM refresh_tokens ORDER BY token",
                rows => (rows.Text(0), rows.Text(1), rows.Text(2), rows.TextOrNull(3), rows.Bool(4), rows.Text(5))));

        Task<int> InsertAsync(string token, string email) => database.ExecuteAsync(
            LegacySql.InsertToken,
            ("token", token), ("email", email), ("division", "Data"), ("expires_at", SqlValue.Null), ("revoked", true), ("created_at", "2026-01-01 00:00:00"));
    }

    [Theory, EachDatabase]
    public async Task InsertDevice_ThatIsKnown_KeepsTheKnownOne_AndTheNewestOfANameIsFound(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var (amara, ben) = (await database.UserAsync("amara@example.org"), await database.UserAsync("ben@example.org"));

        var inserted = new[] { await InsertAsync(amara, "1"), await InsertAsync(amara, "1"), await InsertAsync(amara, "2"), await InsertAsync(ben, "1") };

        Assert.Equal([1, 0, 1, 1], inserted);

        var devices = await database.ListAsync(
            "SELECT device_ref, user_id, public_key, name, registered_at, last_seen_at, approved_at, revoked_at FROM devices ORDER BY device_ref",
            rows => (Ref: rows.Int64(0), (rows.Int64(1), rows.Text(2), rows.Text(3), rows.Int64(4), rows.Int64OrNull(5), rows.Int64OrNull(6), rows.Int64OrNull(7))));
        Assert.Equal(
            [(amara, "1", "laptop", 1L, null, 3L, null), (amara, "2", "laptop", 1L, null, 3L, null), (ben, "1", "laptop", 1L, (long?)null, (long?)3L, (long?)null)],
            devices.Select(device => device.Item2));
        Assert.Equal(devices[1].Ref, await FindAsync(amara, "laptop"));
        Assert.Null(await FindAsync(amara, "Laptop"));

        Task<int> InsertAsync(long user, string key) => database.ExecuteAsync(
            LegacySql.InsertDevice,
            ("user", user), ("public_key", key), ("name", "laptop"), ("registered_at", 1), ("last_seen_at", SqlValue.Null), ("approved_at", 3), ("revoked_at", SqlValue.Null));

        Task<long?> FindAsync(long user, string name) => database.ScalarAsync(LegacySql.FindDevice, ("user", user), ("name", name));
    }

    [Theory, EachDatabase]
    public async Task InsertTier_ThatIsKnown_KeepsTheKnownOne(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);

        var inserted = new[] { await InsertAsync("Tier 1"), await InsertAsync("Tier 2") };

        Assert.Equal([1, 0], inserted);

        Assert.Equal(
            [(7L, "Tier 1", 100L, "inferred", 3L, 9L)],
            await database.ListAsync(
                "SELECT user_id, label, peak_tokens, method, window_count, updated_at FROM tiers",
                rows => (rows.Int64(0), rows.Text(1), rows.Int64(2), rows.Text(3), rows.Int64(4), rows.Int64(5))));

        Task<int> InsertAsync(string label) => database.ExecuteAsync(
            LegacySql.InsertTier, ("user", 7), ("label", label), ("peak_tokens", 100), ("method", "inferred"), ("window_count", 3), ("now", 9));
    }

    [Theory, EachDatabase]
    public async Task EndAccessTokens_AfterARestore_EndsAll(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        await database.AccessTokenAsync(1, 1, "r", database.Now + 1);

        Assert.Equal(1, await database.ExecuteAsync(RevocationsSql.EndAccessTokens));
        Assert.Equal(0, await database.ScalarAsync("SELECT count(*) FROM access_tokens"));
    }
}
