using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Platform.Live;
using Ccflux.Testing;

namespace Ccflux.Receiver.Tests.Platform.Live;

public sealed class LiveBusTests : IDisposable
{
    private readonly ManualTime _time = new();
    private readonly LiveBus _bus;

    public LiveBusTests() => _bus = new LiveBus([new LiveTopic("usage", Permission.UsageRead), new LiveTopic("quota", Permission.QuotaRead)], _time);

    public void Dispose() => _bus.Dispose();

    [Fact]
    public void Publish_ManyTimesInARow_IsOneEvent()
    {
        using var subscription = _bus.Subscribe(["usage"], null, 10)!;

        for (var i = 0; i < 1000; i++)
        {
            _bus.Publish("usage");
        }

        _time.Advance(LiveBus.Quiet);
        Assert.Single(Drain(subscription));
        _bus.Publish("usage");
        _time.Advance(LiveBus.Quiet);
        Assert.Single(Drain(subscription));
    }

    [Fact]
    public void Publish_AnotherTopic_IsNotSent()
    {
        using var subscription = _bus.Subscribe(["usage"], null, 10)!;

        _bus.Publish("quota");
        _bus.Publish("unknown");
        _time.Advance(LiveBus.Quiet);

        Assert.Empty(Drain(subscription));
    }

    [Fact]
    public void Subscribe_ChangedBetweenReadAndSubscription_TellsAtOnce()
    {
        var drawnFrom = _bus.Current().Id;
        _bus.Publish("usage");
        _time.Advance(LiveBus.Quiet);

        using var subscription = _bus.Subscribe(["usage"], drawnFrom, 10)!;

        Assert.Equal("usage", Assert.Single(Drain(subscription)).Topic);
    }

    [Fact]
    public void Subscribe_NothingChangedSince_StaysQuiet()
    {
        _bus.Publish("usage");
        _time.Advance(LiveBus.Quiet);

        using var subscription = _bus.Subscribe(["usage"], _bus.Current().Id, 10)!;

        Assert.Empty(Drain(subscription));
    }

    [Theory]
    [InlineData("1234-1")]
    [InlineData("nonsense")]
    [InlineData("\r\n")]
    public void Subscribe_IdOfAnotherProcess_CountsAsChanged(string lastEventId)
    {
        using var subscription = _bus.Subscribe(["usage"], lastEventId, 10)!;

        Assert.Single(Drain(subscription));
    }

    [Fact]
    public void Subscribe_AtTheCap_IsRefusedUntilOneLeaves()
    {
        var first = _bus.Subscribe(["usage"], null, 2)!;
        using var second = _bus.Subscribe(["usage"], null, 2)!;

        Assert.Null(_bus.Subscribe(["usage"], null, 2));
        first.Dispose();
        using var third = _bus.Subscribe(["usage"], null, 2);
        Assert.NotNull(third);
    }

    [Fact]
    public void Offer_SlowReader_KeepsTheNewest()
    {
        using var subscription = _bus.Subscribe(["usage"], null, 10)!;

        for (var i = 0; i < 100; i++)
        {
            _bus.Publish("usage");
            _time.Advance(LiveBus.Quiet);
        }

        var events = Drain(subscription);
        Assert.Equal(16, events.Count);
        Assert.Equal(100, events[^1].Version);
    }

    private static List<LiveEvent> Drain(LiveSubscription subscription)
    {
        var events = new List<LiveEvent>();
        while (subscription.Events.TryRead(out var changed))
        {
            events.Add(changed);
        }

        return events;
    }
}
