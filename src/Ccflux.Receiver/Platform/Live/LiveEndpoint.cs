using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Platform.Auth.Admin;
using Ccflux.Receiver.Platform.Http;

namespace Ccflux.Receiver.Platform.Live;

/// <summary>
/// <c>GET /events?topics=usage</c>: server-sent events that state that a topic changed, never its content. The first event, <c>current</c>, carries the
/// id to reconnect with (<c>Last-Event-ID</c>, or <c>since</c> if a page knows the version that it was rendered from); then follow one <c>changed</c> per
/// change and a <c>ping</c> while nothing happens. Public topics need no sign-in.
/// </summary>
internal sealed class LiveEndpoint(
    LiveBus bus, HttpOptions options, AdminAuthenticator authenticator, TimeProvider time, IHostApplicationLifetime lifetime)
{
    private const int MaxTopics = 8;
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    public async Task<IResult> OpenAsync(HttpContext context)
    {
        var topics = context.Request.Query["topics"].ToString().Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Distinct(StringComparer.Ordinal).ToArray();
        var principal = Principal.Of(context);
        var isOpenToAll = topics.Length > 0 && Array.TrueForAll(topics, topic => bus.Find(topic) is { Permission: null });
        if (!principal.IsSignedIn && !isOpenToAll)
        {
            return TypedResults.Challenge();
        }

        if (topics.Length is 0 or > MaxTopics || Array.Find(topics, topic => bus.Find(topic) is null) is not null)
        {
            return Refusals.TopicsInvalid;
        }

        if (!Array.TrueForAll(topics, topic => bus.Find(topic)!.Permission is not { } needed || principal.Can(needed)))
        {
            return Refusals.TopicsNotAllowed;
        }

        var lastEventId = context.Request.Headers["Last-Event-ID"].ToString() is { Length: > 0 } header ? header : context.Request.Query["since"].ToString();
        var all = options.LiveConnections;
        var room = Math.Max(1, principal switch { { IsOperator: true } => all, { IsSignedIn: true } => all * 3 / 4, _ => all / 2 });
        if (bus.Subscribe(topics, lastEventId, room, RequestLimits.CallerOf(context), Math.Max(1, all / 4)) is not { } subscription)
        {
            return Refusals.LiveConnectionsFull;
        }

        // Registered here too: if a client leaves before the first byte, the enumeration never starts.
        context.Response.RegisterForDispose(subscription);
        context.Response.Headers["X-Accel-Buffering"] = "no";
        var ended = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
        context.Response.RegisterForDispose(ended);
        return TypedResults.ServerSentEvents(EventsAsync(context, subscription, isOpenToAll, ended.Token));
    }

    private async IAsyncEnumerable<SseItem<string>> EventsAsync(HttpContext context, LiveSubscription subscription, bool isOpenToAll, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        yield return new SseItem<string>("", "current") { EventId = subscription.StartId, ReconnectionInterval = TimeSpan.FromSeconds(5) };
        while (!cancellationToken.IsCancellationRequested)
        {
            if (await WaitAsync(subscription, cancellationToken))
            {
                while (subscription.Events.TryRead(out var changed))
                {
                    yield return new SseItem<string>(changed.Topic, "changed") { EventId = changed.Id };
                }
            }
            else if (cancellationToken.IsCancellationRequested || (!isOpenToAll && (await authenticator.IdentifyAsync(context)).Principal is null))
            {
                yield break;
            }
            else
            {
                yield return new SseItem<string>("", "ping");
            }
        }
    }

    /// <summary>True if there is something to read; false if it is time for a heartbeat, or to end.</summary>
    private async Task<bool> WaitAsync(LiveSubscription subscription, CancellationToken cancellationToken)
    {
        using var beat = new CancellationTokenSource(Heartbeat, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(beat.Token, cancellationToken);
        try
        {
            return await subscription.Events.WaitToReadAsync(either.Token);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
