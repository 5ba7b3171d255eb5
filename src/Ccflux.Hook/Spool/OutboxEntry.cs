using System.Text.Json;
using Ccflux.Contracts.Usage;

namespace Ccflux.Hook.Spool;

/// <summary>What is to be reported of one session; a line of the outbox. Much smaller than a report may be, so that several fill one.</summary>
/// <param name="Session">The session, its turns and requests; <see cref="ReportedRequest.Model"/> counts <paramref name="Models"/>.</param>
/// <param name="Models">The models, as the API names them.</param>
/// <param name="ClaudeCode">The client version that wrote it; null if the transcript does not say.</param>
internal sealed record OutboxEntry(ReportedSession Session, IReadOnlyList<string> Models, string? ClaudeCode)
{
    /// <summary>How much of it there is: requests, turns without any, and limits.</summary>
    public int Count => Session.Requests.Count + Idle().Count + Limits.Count;

    private IReadOnlyList<ReportedLimit> Limits => Session.LimitEvents ?? [];

    /// <summary>The line, without its line feed.</summary>
    public byte[] ToLine() => JsonSerializer.SerializeToUtf8Bytes(this, StateJson.Default.OutboxEntry);

    /// <summary>Null if the line is damaged.</summary>
    public static OutboxEntry? Parse(ReadOnlySpan<byte> line)
    {
        try
        {
            var entry = JsonSerializer.Deserialize(line, StateJson.Default.OutboxEntry);
            return entry is { Session: { SessionId: not null, Turns: not null, Requests: not null }, Models: not null } && entry.IsWhole() ? entry : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The same without what may not be sent; null if nothing is left.</summary>
    /// <param name="isSilent">Whether nothing may be sent of an instant (epoch milliseconds).</param>
    public OutboxEntry? Without(Func<long, bool> isSilent)
    {
        var requests = Session.Requests.Where(request => !isSilent(request.At)).ToArray();
        var idle = Idle().Where(turn => !isSilent(Session.Turns[turn].Started) && !isSilent(Session.Turns[turn].Ended)).ToArray();
        var limits = Limits.Where(limit => !isSilent(limit.At)).ToArray();
        var all = requests.Length + idle.Length + limits.Length;
        return all == Count ? this : all == 0 ? null : With(requests, idle, limits);
    }

    /// <summary>Two entries that together say the same; null if there is only one thing to say.</summary>
    public (OutboxEntry First, OutboxEntry Second)? Halves()
    {
        var (requests, idle, limits) = (Session.Requests, Idle(), Limits);
        var half = Count / 2;
        if (half == 0)
        {
            return null;
        }

        var turns = Math.Max(0, half - requests.Count);
        var rest = Math.Max(0, turns - idle.Count);
        return (
            With([.. requests.Take(half)], [.. idle.Take(turns)], [.. limits.Take(rest)]),
            With([.. requests.Skip(half)], [.. idle.Skip(turns)], [.. limits.Skip(rest)]));
    }

    private bool IsWhole() =>
        Session.Requests.All(request => request.Model >= 0 && request.Model < Models.Count && request.Turn < Session.Turns.Count) && Limits.All(limit => (limit.Turn ?? -1) < Session.Turns.Count);

    /// <summary>Places of the turns that no request and no limit names.</summary>
    private List<int> Idle()
    {
        var named = Session.Requests.Select(request => request.Turn).Concat(Limits.Select(limit => limit.Turn ?? -1)).ToHashSet();
        return [.. Enumerable.Range(0, Session.Turns.Count).Where(turn => !named.Contains(turn))];
    }

    private OutboxEntry With(ReportedRequest[] requests, int[] idle, ReportedLimit[] limits)
    {
        var kept = requests.Select(request => request.Turn).Concat(limits.Select(limit => limit.Turn ?? -1)).Concat(idle).Where(turn => turn >= 0).Distinct().Order().ToList();
        int Place(int turn) => turn < 0 ? -1 : kept.IndexOf(turn);
        return this with
        {
            Session = Session with
            {
                Turns = [.. kept.Select(turn => Session.Turns[turn])],
                Requests = [.. requests.Select(request => request with { Turn = Place(request.Turn) })],
                LimitEvents = limits.Length > 0 ? [.. limits.Select(limit => limit with { Turn = limit.Turn is { } turn ? Place(turn) : null })] : null,
            },
        };
    }
}
