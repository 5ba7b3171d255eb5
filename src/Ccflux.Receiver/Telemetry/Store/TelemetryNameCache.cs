using Ccflux.Receiver.Platform.Colours;
using Ccflux.Receiver.Telemetry.Receive.Normalize;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Telemetry.Store;

/// <summary>Caches row ids of names across transactions. A subject may add a limited number of names per category; further ones become
/// "other" and are counted.</summary>
internal sealed class TelemetryNameCache(Action<NameCategory> capped)
{
    private const int MaxRemembered = 50_000;

    private readonly Dictionary<string, long> _ids = new(StringComparer.Ordinal);
    private readonly HashSet<(long Subject, NameCategory Category, long Name)> _allowed = [];

    /// <summary>The most names that a subject may add.</summary>
    public static int CapOf(NameCategory category) => category switch
    {
        NameCategory.Model => 64,
        NameCategory.Terminal => 16,
        NameCategory.Tool => 256,
        NameCategory.Other => 64,
    };

    /// <summary>The id of a subject's name, or that of "other".</summary>
    public long Find(WriteSession session, long subject, NameCategory category, string name)
    {
        if (name.Length == 0)
        {
            return Id(session, name);
        }

        if (_ids.TryGetValue(name, out var known) && _allowed.Contains((subject, category, known)))
        {
            return known;
        }

        return IsAllowed(session, subject, category, name) ? Allow(session, subject, category, name) : Refuse(session, category);
    }

    /// <summary>Whether an id that <see cref="Find"/> gave is the name's own, not that of "other".</summary>
    public bool Is(long id, string name) => _ids.TryGetValue(name, out var known) && known == id;

    public void Forget()
    {
        _ids.Clear();
        _allowed.Clear();
    }

    private static bool IsAllowed(WriteSession session, long subject, NameCategory category, string name)
    {
        var stored = CategoryName(category);
        return (session.Scalar(StoreSql.SelectName, ("name", name)) is { } id
                && session.Scalar(StoreSql.HasSubjectName, ("subject", subject), ("category", stored), ("name", id)) is not null)
            || session.Scalar(StoreSql.CountSubjectNames, ("subject", subject), ("category", stored)) < CapOf(category);
    }

    private long Allow(WriteSession session, long subject, NameCategory category, string name)
    {
        var id = Id(session, name);
        session.Execute(StoreSql.InsertSubjectName, ("subject", subject), ("category", CategoryName(category)), ("name", id));
        if (category is NameCategory.Model)
        {
            ModelColours.Claim(session, name);
        }

        if (_allowed.Count >= MaxRemembered)
        {
            _allowed.Clear();
        }

        _allowed.Add((subject, category, id));
        return id;
    }

    private long Refuse(WriteSession session, NameCategory category)
    {
        capped(category);
        return Id(session, SafeText.Other);
    }

    private long Id(WriteSession session, string name)
    {
        if (_ids.TryGetValue(name, out var known))
        {
            return known;
        }

        if (session.Scalar(StoreSql.SelectName, ("name", name)) is not { } id)
        {
            id = session.Insert(StoreSql.InsertName, ("name", name));
        }

        if (_ids.Count >= MaxRemembered)
        {
            _ids.Clear();
        }

        return _ids[name] = id;
    }

    private static string CategoryName(NameCategory category) => category switch
    {
        NameCategory.Model => "model",
        NameCategory.Terminal => "terminal",
        NameCategory.Tool => "tool",
        NameCategory.Other => "other",
    };
}

/// <summary>What a name refers to; each category has its own cap.</summary>
internal enum NameCategory
{
    Model = 1,
    Terminal,
    Tool,
    Other,
}
