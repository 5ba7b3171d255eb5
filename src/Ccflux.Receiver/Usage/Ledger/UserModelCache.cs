using Ccflux.Receiver.Platform.Colours;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Usage.Ledger;

/// <summary>Caches the ids of models, and which users have used them, between transactions. Only the writer creates such rows, so the cache stays valid until a rollback.</summary>
internal sealed class UserModelCache
{
    private const int MaxModels = 20_000;
    private const int MaxUserModels = 50_000;

    private readonly Dictionary<string, long> _models = new(StringComparer.Ordinal);
    private readonly HashSet<(long User, long Model)> _userModels = [];

    /// <summary>The id of a model, which is created if it has none.</summary>
    public long IdOf(WriteSession session, string name, long now)
    {
        if (Find(session, name) is { } known)
        {
            return known;
        }

        var id = session.Insert(ModelSql.Insert, ("name", name), ("now", now));
        ModelColours.Claim(session, name);
        Keep(name, id);
        return id;
    }

    /// <summary>Whether the user has used the model before.</summary>
    public bool Has(WriteSession session, long user, string name) => Find(session, name) is { } model && Has(session, user, model);

    /// <summary>Records that the user uses the model.</summary>
    /// <returns>True if it is new to the user.</returns>
    public bool Use(WriteSession session, long user, long model)
    {
        var isNew = !Has(session, user, model);
        if (isNew)
        {
            Keep(user, model);
        }

        return isNew;
    }

    public void Forget()
    {
        _models.Clear();
        _userModels.Clear();
    }

    private long? Find(WriteSession session, string name)
    {
        if (_models.TryGetValue(name, out var known))
        {
            return known;
        }

        var model = session.Scalar(ModelSql.Select, ("name", name));
        if (model is { } found)
        {
            Keep(name, found);
        }

        return model;
    }

    private bool Has(WriteSession session, long user, long model)
    {
        if (_userModels.Contains((user, model)))
        {
            return true;
        }

        if (!session.Any(LedgerSql.HasModel, ("user", user), ("model", model)))
        {
            return false;
        }

        Keep(user, model);
        return true;
    }

    private void Keep(string name, long model)
    {
        if (_models.Count >= MaxModels)
        {
            _models.Clear();
        }

        _models[name] = model;
    }

    private void Keep(long user, long model)
    {
        if (_userModels.Count >= MaxUserModels)
        {
            _userModels.Clear();
        }

        _userModels.Add((user, model));
    }
}
