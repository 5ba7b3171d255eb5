using Ccflux.Storage.Sql;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Usage.Ledger;

/// <summary>
/// Rows that count or not depending on other rows: metrics, on the requests of their session or hour; requests of an installation or a claimed address, on other rows of the same request. Decides at a
/// transaction's end, when the sums by session are written, about those rows that the transaction stored, and about those that depend on what it changed. Bounded by the transaction. Users without
/// such rows cost two look-ups.
/// </summary>
internal sealed class DependentRequests(RequestHider hider)
{
    /// <summary>Users of whom it is known whether they have such rows, between transactions.</summary>
    private const int MaxRemembered = 50_000;

    private readonly Dictionary<long, bool> _hasMetrics = [];
    private readonly Dictionary<long, bool> _hasSubjects = [];
    private readonly HashSet<(long User, long Session)> _sessions = [];
    private readonly HashSet<(long User, long Hour)> _hours = [];
    private readonly HashSet<(long User, long Key)> _keys = [];

    /// <summary>Whether a row depends on others. It is stored as one that does not count, until it is settled.</summary>
    public static bool Includes(in LedgerRequest request) => request.IsMetric || request.Subject != 0;

    /// <summary>A row was stored or removed.</summary>
    public void Touch(WriteSession writing, long user, in LedgerRequest request)
    {
        if (user < 0)
        {
            return;
        }

        if (request.Subject != 0)
        {
            Remember(_hasSubjects, user, true);
        }

        if (request.IsMetric)
        {
            Remember(_hasMetrics, user, true);
        }

        if (Has(_hasSubjects, writing, LedgerSql.HasSubjects, user))
        {
            _keys.Add((user, request.Key));
        }

        if (Has(_hasMetrics, writing, LedgerSql.HasMetrics, user))
        {
            TouchMetrics(user, request);
        }
    }

    /// <summary>After the sums by session are written.</summary>
    /// <returns>False if nothing was touched: no sum has changed.</returns>
    public bool Settle(WriteSession writing)
    {
        var isTouched = _sessions.Count + _hours.Count + _keys.Count > 0;
        foreach (var (user, key) in _keys)
        {
            Apply(writing, user, LedgerSql.SelectSubjectsOfKey, ("key", key));
        }

        foreach (var (user, session) in _sessions)
        {
            Apply(writing, user, LedgerSql.SelectMetricsOfSession, ("session", session));
        }

        foreach (var (user, hour) in _hours)
        {
            Apply(writing, user, LedgerSql.SelectMetricsOfHours, ("first", hour - 1), ("last", hour + 1));
        }

        Clear();
        return isTouched;
    }

    public void Forget()
    {
        Clear();
        _hasMetrics.Clear();
        _hasSubjects.Clear();
    }

    private void Clear()
    {
        _sessions.Clear();
        _hours.Clear();
        _keys.Clear();
    }

    private void TouchMetrics(long user, in LedgerRequest request)
    {
        if (request.Session != 0)
        {
            _sessions.Add((user, request.Session));
        }

        if (request.Session == 0 || !request.IsMetric)
        {
            _hours.Add((user, request.At / UnixTime.Hour));
        }
    }

    private void Apply(WriteSession writing, long user, string select, params ReadOnlySpan<SqlParameter> which) =>
        hider.Apply(writing, user, RequestStore.Ids(writing, select, [("user", user), .. which]));

    private static bool Has(Dictionary<long, bool> users, WriteSession writing, string sql, long user) =>
        users.TryGetValue(user, out var known) ? known : Remember(users, user, writing.Any(sql, ("user", user)));

    private static bool Remember(Dictionary<long, bool> users, long user, bool has)
    {
        if (users.Count >= MaxRemembered)
        {
            users.Clear();
        }

        return users[user] = has;
    }
}
