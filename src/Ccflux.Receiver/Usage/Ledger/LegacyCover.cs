using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Usage.Ledger;

/// <summary>
/// Decides which turns of ccflux 0.1 a later client's turns cover: they tell of the same work. Such a report has a single time, in whole seconds: of the last row that it summed up,
/// or of the moment when its hook ran. It is covered if that time lies within a turn of the same session. A turn only grows, so what is covered stays so, whichever comes first.
/// </summary>
internal sealed class LegacyCover
{
    /// <summary>Schema 1's times are cut to the second.</summary>
    private const long Before = 1_000;

    /// <summary>How long ccflux 0.1's hook may have run after the turn's last row.</summary>
    private const long After = 15_000;

    /// <summary>Sessions of which it is known whether they have such turns, between transactions.</summary>
    private const int MaxSessions = 50_000;

    private readonly Dictionary<(long User, long Session), bool> _hasLegacy = [];

    /// <summary>Whether a turn of ccflux 0.1 is covered by what is stored.</summary>
    public bool IsCovered(WriteSession session, long user, in LedgerTurn legacy)
    {
        _hasLegacy[(user, legacy.Session)] = true;
        return IsCovered(session, user, legacy.Session, legacy.Started);
    }

    /// <summary>The same for one of its rows.</summary>
    public static bool IsCovered(WriteSession session, long user, long key, long at) => session.Any(
        LedgerSql.IsCovered, ("user", user), ("session", key), ("at", at), ("before", Before), ("after", After));

    /// <summary>The turns of ccflux 0.1 that count so far and that a turn covers.</summary>
    public IReadOnlyList<LedgerTurn> CoveredBy(WriteSession session, long user, in LedgerTurn turn) => !HasLegacy(session, user, turn.Session)
        ? []
        : session.List(
            LedgerSql.SelectCovered,
            static rows => new LedgerTurn(rows.Int64(0), rows.Int64(1), rows.Int64(2), rows.Int64(3), rows.Text(4), rows.Bool(5)),
            ("user", user), ("session", turn.Session), ("started_at", turn.Started), ("ended_at", turn.Ended), ("before", Before), ("after", After));

    public void Forget() => _hasLegacy.Clear();

    private bool HasLegacy(WriteSession session, long user, long key)
    {
        if (_hasLegacy.TryGetValue((user, key), out var known))
        {
            return known;
        }

        if (_hasLegacy.Count >= MaxSessions)
        {
            _hasLegacy.Clear();
        }

        return _hasLegacy[(user, key)] = session.Any(LedgerSql.HasLegacy, ("user", user), ("session", key));
    }
}
