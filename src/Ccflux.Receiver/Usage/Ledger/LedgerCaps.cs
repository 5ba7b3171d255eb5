using System.Runtime.InteropServices;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Usage.Ledger;

/// <summary>What a user may add per day (UTC).</summary>
/// <param name="Facts">Requests, turns and limit hits.</param>
/// <param name="Sessions">New sessions.</param>
/// <param name="Models">Model names new to the user.</param>
internal sealed record LedgerAllowance(long Facts, long Sessions, long Models);

/// <summary>The allowances of live reports and of history, which never take from each other.</summary>
internal sealed record LedgerAllowances(LedgerAllowance Live, LedgerAllowance Backfill);

/// <summary>Limits what a user may add per day, so that a stolen token or a broken client cannot fill the database. Only what is new counts: a resend meets no cap.
/// The counts are kept in the database and, for the day's users, in memory.</summary>
internal sealed class LedgerCaps
{
    private const int MaxRemembered = 20_000;

    private readonly Dictionary<Key, Growth> _today = [];
    private readonly HashSet<Key> _changed = [];

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Key(long User, long Day, bool IsBackfill)
    {
        public static Key Of(IncomingRequests incoming) => new(incoming.UserId, incoming.From.ReceivedAt / UnixTime.Day, incoming.IsBackfill);
    }

    /// <returns>Null, or the cap that would be exceeded.</returns>
    public string? Check(WriteSession session, UserModelCache models, IncomingRequests incoming, LedgerAllowances allowances)
    {
        var allowance = incoming.IsBackfill ? allowances.Backfill : allowances.Live;
        var today = Today(session, Key.Of(incoming));
        // Near the cap, only what is new counts.
        return Excess(today.Plus(Most(incoming)), allowance) is null ? null : New(session, models, incoming) is var added && added == default
            ? null
            : Excess(today.Plus(added), allowance);
    }

    /// <summary>Counts what a report added.</summary>
    public void Add(WriteSession session, IncomingRequests incoming, in Growth added)
    {
        if (added != default)
        {
            var key = Key.Of(incoming);
            _today[key] = Today(session, key).Plus(added);
            _changed.Add(key);
        }
    }

    public void Flush(WriteSession session)
    {
        foreach (var key in _changed)
        {
            var growth = _today[key];
            session.Execute(
                LedgerSql.PutCaps,
                ("user", key.User), ("day", key.Day), ("backfill", key.IsBackfill), ("facts", growth.Facts), ("sessions", growth.Sessions), ("models", growth.Models));
        }

        _changed.Clear();
        if (_today.Count > MaxRemembered)
        {
            _today.Clear();
        }
    }

    public void Forget()
    {
        _today.Clear();
        _changed.Clear();
    }

    private static string? Excess(in Growth growth, LedgerAllowance allowance) =>
        growth.Facts > allowance.Facts ? $"requests, turns and limit hits (at most {allowance.Facts})"
        : growth.Sessions > allowance.Sessions ? $"new sessions (at most {allowance.Sessions})"
        : growth.Models > allowance.Models ? $"new model names (at most {allowance.Models})"
        : null;

    private static Growth Most(IncomingRequests incoming) => new(incoming.Facts, incoming.Sessions.Count, ModelsOf(incoming).Count);

    private static Growth New(WriteSession writing, UserModelCache models, IncomingRequests incoming)
    {
        var (facts, sessions) = (0L, 0L);
        foreach (var session in incoming.Sessions)
        {
            sessions += writing.Any(LedgerSql.HasSession, ("user", incoming.UserId), ("session", session.Key)) ? 0 : 1;
            facts += session.Turns.Count(turn => !writing.Any(LedgerSql.HasTurn, ("user", incoming.UserId), ("turn", turn.Key)))
                + session.Requests.Count(request => !writing.Any(LedgerSql.HasRequest, ("user", incoming.UserId), ("key", request.Key)))
                + session.Limits.Count(limit => !HasLimit(writing, incoming.UserId, limit));
        }

        return new Growth(facts, sessions, ModelsOf(incoming).Count(name => !models.Has(writing, incoming.UserId, name)));
    }

    public static bool HasLimit(WriteSession writing, long user, in IncomingLimit limit) =>
        writing.Any(LedgerSql.HasLimit, ("user", user), ("turn", limit.Turn), ("at", limit.At));

    private static HashSet<string> ModelsOf(IncomingRequests incoming)
    {
        var models = new HashSet<string>(StringComparer.Ordinal);
        foreach (var session in incoming.Sessions)
        {
            foreach (var request in session.Requests)
            {
                models.Add(request.Model);
            }
        }

        return models;
    }

    private Growth Today(WriteSession session, Key key)
    {
        if (!_today.TryGetValue(key, out var growth))
        {
            using var rows = session.Query(LedgerSql.SelectCaps, ("user", key.User), ("day", key.Day), ("backfill", key.IsBackfill));
            growth = rows.Read() ? new Growth(rows.Int64(0), rows.Int64(1), rows.Int64(2)) : default;
            _today[key] = growth;
        }

        return growth;
    }

    /// <summary>What is new.</summary>
    [StructLayout(LayoutKind.Auto)]
    public readonly record struct Growth(long Facts, long Sessions, long Models)
    {
        public Growth Plus(in Growth other) => new(Facts + other.Facts, Sessions + other.Sessions, Models + other.Models);
    }
}
