using Ccflux.Receiver.Platform.Colours;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Usage.Store;

/// <summary>A session that turns are written to.</summary>
internal sealed class UsageSession(long sessionRef)
{
    public long Ref { get; } = sessionRef;

    /// <summary>Which schemas the session has turns of. False also means that it was not looked up yet.</summary>
    public bool HasLegacy { get; set; }

    public bool HasTurns { get; set; }
}

/// <summary>Caches row ids of models and sessions between transactions. Only the writer creates such rows, so the cache stays valid
/// until a rollback or a deletion, which clears it.</summary>
internal sealed class UsageNameCache
{
    private const int MaxModels = 20_000;
    private const int MaxUserModels = 50_000;
    private const int MaxSessions = 20_000;

    private readonly Dictionary<string, long> _models = new(StringComparer.Ordinal);
    private readonly HashSet<(long User, long Model)> _userModels = [];
    private readonly Dictionary<(long User, string Session), UsageSession> _sessions = [];

    public long? FindModel(WriteSession session, string name)
    {
        if (_models.TryGetValue(name, out var known))
        {
            return known;
        }

        var model = session.Scalar(FactsSql.SelectModel, ("name", name));
        if (model is { } found)
        {
            Keep(_models, name, found, MaxModels);
        }

        return model;
    }

    public long AddModel(WriteSession session, string name, long now)
    {
        var id = session.Insert(FactsSql.InsertModel, ("name", name), ("now", now));
        ModelColours.Claim(session, name);
        Keep(_models, name, id, MaxModels);
        return id;
    }

    /// <summary>True if the user has used the model before.</summary>
    public bool HasModel(WriteSession session, long user, long model)
    {
        if (_userModels.Contains((user, model)))
        {
            return true;
        }

        if (!session.Any(FactsSql.HasModel, ("user", user), ("model", model)))
        {
            return false;
        }

        AddUserModel(user, model);
        return true;
    }

    public void AddUserModel(long user, long model)
    {
        if (_userModels.Count >= MaxUserModels)
        {
            _userModels.Clear();
        }

        _userModels.Add((user, model));
    }

    public UsageSession? FindSession(WriteSession writing, long user, string sessionId)
    {
        if (_sessions.TryGetValue((user, sessionId), out var known))
        {
            return known;
        }

        if (writing.Scalar(FactsSql.SelectSession, ("user", user), ("session_id", sessionId)) is not { } found)
        {
            return null;
        }

        var session = new UsageSession(found)
        {
            HasLegacy = writing.Any(SupersedeSql.HasSchema, ("user", user), ("session", found), ("schema", 1)),
            HasTurns = writing.Any(SupersedeSql.HasSchema, ("user", user), ("session", found), ("schema", 2)),
        };
        Keep(_sessions, (user, sessionId), session, MaxSessions);
        return session;
    }

    public UsageSession AddSession(WriteSession writing, long user, string sessionId, long? startedAt, long firstAt, long lastAt)
    {
        var session = new UsageSession(writing.Insert(
            FactsSql.InsertSession,
            ("user", user), ("session_id", sessionId), ("started_at", startedAt), ("first_at", firstAt), ("last_at", lastAt)));
        Keep(_sessions, (user, sessionId), session, MaxSessions);
        return session;
    }

    public void ForgetSessions() => _sessions.Clear();

    public void Forget()
    {
        _models.Clear();
        _userModels.Clear();
        _sessions.Clear();
    }

    private static void Keep<TKey, TValue>(Dictionary<TKey, TValue> entries, TKey key, TValue value, int capacity)
        where TKey : notnull
    {
        if (entries.Count >= capacity)
        {
            entries.Clear();
        }

        entries[key] = value;
    }
}
