using Ccflux.Receiver.Fleet.Switching;
using Ccflux.Receiver.Platform.Jobs;
using Ccflux.Receiver.Tests.Hosting;
using Ccflux.Storage.Writing;
using Ccflux.Testing;

namespace Ccflux.Receiver.Tests.Fleet;

/// <summary>Two receivers on one database, with an agent known to both: one of them decides.</summary>
public sealed class RotationLeaderTests
{
    [Fact]
    public async Task Receivers_TwoOnOneDatabase_OneIssuesCommandsAndTheOtherFollowsWithinTheLease()
    {
        await using var stage = await RotationStage.StartAsync();
        var clock = new ShiftedTime(stage.Rig.Time);
        var other = await stage.Rig.StartAnotherAsync(time: clock);
        try
        {
            await PutFirstAsync(stage);
            await stage.Engine.TickAsync(TestContext.Current.CancellationToken); // acquires the lease; there is nothing to do
            stage.Seen(stage.First, 100, 20, 0.3);

            await TickAsync(stage, other);
            Assert.Equal((stage.First, 1), (await stage.ActiveAsync(), await CommandsAsync(stage)));
            Assert.Equal(stage.Second, other.Service<RotationEngine>().Last!.Decision.ConfigDirs.Single().To); // its pages show what will happen

            await stage.TickAsync();
            await TickAsync(stage, other);
            Assert.Equal((stage.Second, 2), (await stage.ActiveAsync(), await CommandsAsync(stage)));

            // The first one stays silent from now on.
            stage.Seen(stage.Second, 100, 20, 5);
            stage.Seen(stage.First, 10, 20, 0.3);
            clock.By = RotationEngine.LeaseLength - TimeSpan.FromSeconds(1);
            await TickAsync(stage, other);
            Assert.Equal(2, await CommandsAsync(stage));
            clock.By = RotationEngine.LeaseLength;
            await TickAsync(stage, other);
            Assert.Equal((stage.First, 3), (await stage.ActiveAsync(), await CommandsAsync(stage)));

            // It was only slow, and wakes up.
            stage.Seen(stage.First, 100, 20, 0.3);
            stage.Seen(stage.Second, 10, 20, 5);
            await stage.TickAsync();
            Assert.Equal(3, await CommandsAsync(stage));
        }
        finally
        {
            await other.StopAsync();
        }
    }

    [Fact]
    public async Task Receiver_ThatStops_LetsAnotherDecideAtOnceWithWhatItKnew()
    {
        await using var stage = await RotationStage.StartAsync();
        var other = await stage.Rig.StartAnotherAsync();
        await PutFirstAsync(stage);
        stage.Seen(stage.First, 81, 20, 0.3);
        await TickAsync(stage, other); // acquires the lease, finds the ceiling reached, and waits for the cooldown
        stage.Seen(stage.First, 70, 20, 0.3);
        await other.StopAsync();

        await stage.TickAsync();

        Assert.True(stage.Engine.Last!.State.Accounts.Single(account => account.Id == stage.First).Cooling);
    }

    [Fact]
    public async Task Lease_AskedForByMany_IsOfOne()
    {
        await using var stage = await RotationStage.StartAsync();
        var leases = Enumerable.Range(0, 8).Select(_ => new Lease("work", TimeSpan.FromMinutes(1), stage.Rig.Receiver.Service<GroupCommitWriter>(), stage.Rig.Time)).ToList();

        var first = await Task.WhenAll(leases.Select(lease => lease.HoldAsync()));
        var again = await Task.WhenAll(leases.Select(lease => lease.HoldAsync()));
        var holder = leases[Array.IndexOf(first, LeaseAnswer.Taken)];
        await holder.ReleaseAsync();
        var released = await Task.WhenAll(leases.Where(lease => lease != holder).Select(lease => lease.HoldAsync()));

        Assert.Single(first, LeaseAnswer.Taken);
        Assert.Equal(7, first.Count(answer => answer == LeaseAnswer.Elsewhere));
        Assert.Equal([LeaseAnswer.Renewed], again.Where(answer => answer != LeaseAnswer.Elsewhere));
        Assert.False(holder.IsHeld);
        Assert.Single(released, LeaseAnswer.Taken);
    }

    private static async Task PutFirstAsync(RotationStage stage)
    {
        stage.Seen(stage.First, 10, 20, 0.3);
        stage.Seen(stage.Second, 10, 20, 5);
        await stage.PutAsync(stage.First);
    }

    private static async Task TickAsync(RotationStage stage, RunningReceiver receiver)
    {
        await stage.BeatAsync(receiver: receiver);
        await receiver.Service<RotationEngine>().TickAsync(TestContext.Current.CancellationToken);
        await stage.BeatAsync(receiver: receiver);
        await stage.BeatAsync(receiver: receiver);
    }

    private static async Task<int> CommandsAsync(RotationStage stage) =>
        (await stage.Rig.AuditAsync()).Count(row => row is { Action: "seal", Outcome: "ok" });

    /// <summary>A clock that shows a different time than the test's, without making anything due.</summary>
    private sealed class ShiftedTime(ManualTime time) : TimeProvider
    {
        public TimeSpan By { get; set; }

        public override long TimestampFrequency => time.TimestampFrequency;

        public override DateTimeOffset GetUtcNow() => time.GetUtcNow() + By;

        public override long GetTimestamp() => time.GetTimestamp() + By.Ticks;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => time.CreateTimer(callback, state, dueTime, period);
    }
}
