using Ccflux.Receiver.Telemetry.Receive.Normalize;
using Ccflux.Storage.Sqlite;

namespace Ccflux.Receiver.Telemetry.Store;

/// <summary>A session that records belong to; or an hour of an installation that sends no session ids.</summary>
internal sealed class KnownSession(long sessionRef, long subject, bool isAnonymous)
{
    public long Ref { get; } = sessionRef;

    public long Subject { get; } = subject;

    public bool IsAnonymous { get; } = isAnonymous;

    /// <summary>True once api_request events arrived: its metrics are not counted beside them.</summary>
    public bool HasEvents { get; set; }

    public long FirstAt { get; set; } = long.MaxValue;

    public long LastAt { get; set; }

    public void Reach(long at)
    {
        FirstAt = Math.Min(FirstAt, at);
        LastAt = Math.Max(LastAt, at);
    }
}

/// <summary>Sessions, remembered between transactions. A subject may bring so many new ones a day; the records of further ones stand
/// under the installation's hour.</summary>
internal sealed class SessionBook(Action capped)
{
    /// <summary>New session ids of a subject within one UTC day of their records.</summary>
    public const int MaxNewPerDay = 2000;

    private const int MaxRemembered = 20_000;

    private readonly Dictionary<(long Subject, string Id), KnownSession> _sessions = [];
    private readonly Dictionary<(long Subject, long Day), int> _new = [];
    private readonly HashSet<KnownSession> _touched = [];

    public KnownSession Find(SqlConnection connection, long subject, in Origin origin, long at, long terminal, out bool isNew)
    {
        isNew = false;
        if (origin.Session is { } id)
        {
            if ((Known(subject, id) ?? Read(connection, subject, id, isAnonymous: false)) is { } session)
            {
                return Touch(session, at);
            }

            if (MayAdd(subject, at))
            {
                isNew = true;
                return Touch(Add(connection, subject, id, isAnonymous: false, at, terminal), at);
            }

            capped();
        }

        // No session id begins with a tilde: SafeText takes none for an id.
        var hour = $"~{origin.Install}@{Clock.Hour(at).ToString(CultureInfo.InvariantCulture)}";
        return Touch(
            Known(subject, hour) ?? Read(connection, subject, hour, isAnonymous: true) ?? Add(connection, subject, hour, isAnonymous: true, at, terminal), at);
    }

    public void Flush(SqlConnection connection)
    {
        foreach (var session in _touched)
        {
            connection.Execute(StoreSql.UpdateSession, session.FirstAt, session.LastAt, session.HasEvents, session.Ref);
        }

        _touched.Clear();
        if (_sessions.Count > MaxRemembered)
        {
            _sessions.Clear();
        }
    }

    /// <summary>What was remembered may be wrong: a rollback, or sessions deleted. Caps begin anew.</summary>
    public void Forget()
    {
        _sessions.Clear();
        _touched.Clear();
        _new.Clear();
    }

    private KnownSession? Known(long subject, string id) => _sessions.GetValueOrDefault((subject, id));

    private KnownSession? Read(SqlConnection connection, long subject, string id, bool isAnonymous)
    {
        using var rows = connection.Query(StoreSql.SelectSession, subject, id);
        return rows.Read()
            ? _sessions[(subject, id)] = new KnownSession(rows.Number(0), subject, isAnonymous) { HasEvents = rows.Number(1) != 0 }
            : null;
    }

    private KnownSession Add(SqlConnection connection, long subject, string id, bool isAnonymous, long at, long terminal)
    {
        connection.Execute(StoreSql.InsertSession, subject, id, isAnonymous, at, at, terminal);
        return _sessions[(subject, id)] = new KnownSession(connection.LastInsertId, subject, isAnonymous);
    }

    private bool MayAdd(long subject, long at)
    {
        if (_new.Count >= MaxRemembered)
        {
            _new.Clear();
        }

        var day = Clock.Day(at);
        var count = _new.GetValueOrDefault((subject, day));
        _new[(subject, day)] = count + 1;
        return count < MaxNewPerDay;
    }

    private KnownSession Touch(KnownSession session, long at)
    {
        session.Reach(at);
        _touched.Add(session);
        return session;
    }
}
