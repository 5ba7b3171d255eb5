using Ccflux.Receiver.Telemetry.Receive;

namespace Ccflux.Receiver.Tests.Telemetry;

public sealed class CallerQueuesTests
{
    private readonly CallerQueues _queues = new();

    [Fact]
    public async Task Messages_OfOneUser_AreOneAtATimeInTheirOrder()
    {
        var first = new TaskCompletionSource();
        var done = new List<int>();
        var all = new[] { RunAsync(1, first.Task), RunAsync(2, Task.CompletedTask), RunAsync(3, Task.CompletedTask) };

        Assert.Empty(done);
        first.SetResult();
        await Task.WhenAll(all);

        Assert.Equal([1, 2, 3], done);
        Assert.Equal(0, _queues.Users);

        Task<int> RunAsync(int number, Task until) => _queues.RunAsync(
            7,
            async () =>
            {
                await until;
                done.Add(number);
                return number;
            },
            TestContext.Current.CancellationToken);
    }

    [Theory]
    [InlineData(8L)]
    [InlineData(null)]
    public async Task Messages_OfOthers_DoNotWait(long? other)
    {
        var first = new TaskCompletionSource();
        var busy = _queues.RunAsync(7, () => first.Task.ContinueWith(_ => 1, TaskScheduler.Default), TestContext.Current.CancellationToken);

        Assert.Equal(2, await _queues.RunAsync(other, () => Task.FromResult(2), TestContext.Current.CancellationToken));

        first.SetResult();
        await busy;
    }

    /// <summary>Neither a message that fails nor one whose sender is gone delays the next one, or stays in memory.</summary>
    [Fact]
    public async Task Messages_ThatFail_LetTheNextOneIn()
    {
        var first = new TaskCompletionSource<int>();
        using var gone = new CancellationTokenSource();
        var failing = _queues.RunAsync(7, () => first.Task, CancellationToken.None);
        var leaving = _queues.RunAsync(7, () => Task.FromResult(2), gone.Token);
        var waiting = _queues.RunAsync(7, () => Task.FromResult(3), CancellationToken.None);

        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaving);
        first.SetException(new InvalidOperationException());

        await Assert.ThrowsAsync<InvalidOperationException>(() => failing);
        Assert.Equal(3, await waiting);
        Assert.Equal(0, _queues.Users);
    }
}
