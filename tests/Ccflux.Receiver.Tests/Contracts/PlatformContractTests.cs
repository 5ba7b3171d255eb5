using Ccflux.Receiver.Platform.Colours;
using Ccflux.Receiver.Platform.Database;
using Ccflux.Receiver.Platform.Http;
using Ccflux.Receiver.Platform.Jobs;

namespace Ccflux.Receiver.Tests.Contracts;

/// <summary>What the platform's small stores promise: the database's identity, leases, and the colours of models.</summary>
[Collection<ContractTests>]
public sealed class PlatformContractTests
{
    [Theory, EachDatabase]
    public async Task StoreId_OfEachDatabase_IsItsOwn(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        await using var another = TestDatabase.Open(kind);

        var id = await database.Store<StoreIdentity>().GetAsync(ContractTests.Token);

        Assert.Matches("^[0-9a-f]{32}$", id);
        Assert.NotEqual(id, await another.Store<StoreIdentity>().GetAsync(ContractTests.Token));
        Assert.Equal(1, await database.ScalarAsync(HealthSql.Probe));
    }

    [Theory, EachDatabase]
    public async Task NewIdentity_AfterARestore_ReplacesTheOnlyOne(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);

        Assert.Equal(1, await database.ExecuteAsync(DatabaseCopySql.NewIdentity, ("store_id", "another")));

        Assert.Equal("another", await database.Store<StoreIdentity>().GetAsync(ContractTests.Token));
        Assert.Equal(1, await database.ScalarAsync(HealthSql.Probe));
    }

    [Theory, EachDatabase]
    public async Task Lease_IsHeldByOne_UntilItEnds(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var (one, other) = (NewLease(database), NewLease(database));

        Assert.Equal(LeaseAnswer.Taken, await one.HoldAsync());
        Assert.Equal(LeaseAnswer.Elsewhere, await other.HoldAsync());
        Assert.Equal(LeaseAnswer.Renewed, await one.HoldAsync());
        Assert.True(one.IsHeld);
        Assert.False(other.IsHeld);

        database.Time.Advance(TimeSpan.FromSeconds(60) - TimeSpan.FromMilliseconds(1));
        Assert.Equal(LeaseAnswer.Elsewhere, await other.HoldAsync());

        database.Time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.False(one.IsHeld);
        Assert.Equal(LeaseAnswer.Taken, await other.HoldAsync());
        Assert.Equal(LeaseAnswer.Elsewhere, await one.HoldAsync());
    }

    [Theory, EachDatabase]
    public async Task Lease_ThatNobodyTookMeanwhile_IsRenewedAfterItsEnd(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var lease = NewLease(database);
        await lease.HoldAsync();

        database.Time.Advance(TimeSpan.FromHours(1));

        Assert.Equal(LeaseAnswer.Renewed, await lease.HoldAsync());
    }

    [Theory, EachDatabase]
    public async Task Release_ByItsHolderOnly_FreesALease(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        var (one, other) = (NewLease(database), NewLease(database));
        await one.HoldAsync();

        await other.ReleaseAsync();
        Assert.Equal(LeaseAnswer.Elsewhere, await other.HoldAsync());

        await one.ReleaseAsync();
        Assert.Equal(LeaseAnswer.Taken, await other.HoldAsync());
    }

    [Theory, EachDatabase]
    public async Task Leases_OfDifferentNames_AreIndependent(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);

        Assert.Equal(LeaseAnswer.Taken, await NewLease(database).HoldAsync());
        Assert.Equal(LeaseAnswer.Taken, await NewLease(database, "Work").HoldAsync());
        Assert.Equal(LeaseAnswer.Elsewhere, await NewLease(database).HoldAsync());
    }

    [Theory, EachDatabase]
    public async Task Claim_GivesTheFirstSixModelsAColour_InTheirOrder(DatabaseKind kind)
    {
        await using var database = TestDatabase.Open(kind);
        await database.WriteAsync(session =>
        {
            foreach (var model in (string[])["b", "a", "b", "A", "ä", "somebody's model", "c", "one too many", "a"])
            {
                ModelColours.Claim(session, model);
            }
        });

        var colours = await database.ReadAsync(ModelColours.Read);

        Assert.Equal(
            [("b", 1), ("a", 2), ("A", 3), ("ä", 4), ("somebody's model", 6), ("c", 8)],
            colours.OrderBy(pair => pair.Value).Select(pair => (pair.Key, pair.Value)));
    }

    private static Lease NewLease(TestDatabase database, string name = "work") => new(name, TimeSpan.FromSeconds(60), database.Writer, database.Time);
}
