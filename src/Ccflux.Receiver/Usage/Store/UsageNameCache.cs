using Ccflux.Receiver.Platform.Colours;
using Ccflux.Storage.Sqlite;

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

    public long? FindModel(SqlConnection connection, string name)
    {
        if (_models.TryGetValue(name, out var known))
        {
            return known;
        }

        var model = connection.Scalar(FactsSql.SelectModel, name);
        if (model is { } found)
        {
            Keep(_models, name, found, MaxModels);
        }

        return model;
    }

    public long AddModel(SqlConnection connection, string name, long now)
    {
        connection.Execute(FactsSql.InsertModel, name, now);
        var id = connection.LastInsertId;
        ModelColours.Claim(connection, name);
        Keep(_models, name, id, MaxModels);
        return id;
    }

    /// <summary>True if the user has used the model before.</summary>
    public bool HasModel(SqlConnection connection, long user, long model)
    {
        if (_userModels.Contains((user, model)))
        {
            return true;
        }

        if (connection.Scalar(FactsSql.HasModel, user, model) is null)
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

    public UsageSession? FindSession(SqlConnection connection, long user, string sessionId)
    {
        if (_sessions.TryGetValue((user, sessionId), out var known))
        {
            return known;
        }

        if (connection.Scalar(FactsSql.SelectSession, user, sessionId) is not { } found)
        {
            return null;
        }

        var session = new UsageSession(found)
        {
            HasLegacy = connection.Scalar(SupersedeSql.HasSchema, user, found, 1) is not null,
            HasTurns = connection.Scalar(SupersedeSql.HasSchema, user, found, 2) is not null,
        };
        Keep(_sessions, (user, sessionId), session, MaxSessions);
        return session;
    }

    public UsageSession AddSession(SqlConnection connection, long user, string sessionId, long? startedAt, long firstAt, long lastAt)
    {
        connection.Execute(FactsSql.InsertSession, user, sessionId, startedAt, firstAt, lastAt);
        var session = new UsageSession(connection.LastInsertId);
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
