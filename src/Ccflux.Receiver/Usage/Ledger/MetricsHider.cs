using Ccflux.Storage.Sql;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Usage.Ledger;

/// <summary>Decides at a transaction's end, when the sums by session are written, which metrics count: those that the transaction stored, and those of sessions and hours
/// whose requests it changed. Bounded by the transaction. Costs users without metrics one look-up.</summary>
internal sealed class MetricsHider(RequestHider hider)
{
    /// <summary>Users of whom it is known whether they have metrics, between transactions.</summary>
    private const int MaxRemembered = 50_000;

    private readonly Dictionary<long, bool> _hasMetrics = [];
    private readonly HashSet<(long User, long Session)> _sessions = [];
    private readonly HashSet<(long User, long Hour)> _hours = [];

    /// <summary>A request, or what metrics say, was stored or removed.</summary>
    public void Touch(WriteSession writing, long user, in LedgerRequest request)
    {
        if (request.IsMetric)
        {
            Remember(user, true);
        }
        else if (!HasMetrics(writing, user))
        {
            return;
        }

        if (request.Session != 0)
        {
            _sessions.Add((user, request.Session));
        }

        if (request.Session == 0 || !request.IsMetric)
        {
            _hours.Add((user, request.At / UnixTime.Hour));
        }
    }

    /// <summary>After the sums by session are written.</summary>
    /// <returns>False if nothing was touched: no sum has changed.</returns>
    public bool Settle(WriteSession writing)
    {
        foreach (var (user, session) in _sessions)
        {
            Apply(writing, user, LedgerSql.SelectMetricsOfSession, ("session", session));
        }

        foreach (var (user, hour) in _hours)
        {
            Apply(writing, user, LedgerSql.SelectMetricsOfHours, ("first", hour - 1), ("last", hour + 1));
        }

        var isTouched = _sessions.Count + _hours.Count > 0;
        Clear();
        return isTouched;
    }

    /// <summary>Clears what the transaction touched.</summary>
    public void Clear()
    {
        _sessions.Clear();
        _hours.Clear();
    }

    public void Forget()
    {
        Clear();
        _hasMetrics.Clear();
    }

    private void Apply(WriteSession writing, long user, string select, params ReadOnlySpan<SqlParameter> which) =>
        hider.Apply(writing, user, writing.List(select, static rows => rows.Int64(0), [("user", user), .. which]));

    private bool HasMetrics(WriteSession writing, long user) =>
        _hasMetrics.TryGetValue(user, out var known) ? known : Remember(user, writing.Any(LedgerSql.HasMetrics, ("user", user)));

    private bool Remember(long user, bool hasMetrics)
    {
        if (_hasMetrics.Count >= MaxRemembered)
        {
            _hasMetrics.Clear();
        }

        return _hasMetrics[user] = hasMetrics;
    }
}
