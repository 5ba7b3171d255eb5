using Ccflux.Receiver.Platform.Colours;
using Ccflux.Receiver.Telemetry.Receive.Normalize;
using Ccflux.Storage.Sqlite;

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
    public long Find(SqlConnection connection, long subject, NameCategory category, string name)
    {
        if (name.Length == 0)
        {
            return Id(connection, name);
        }

        if (_ids.TryGetValue(name, out var known) && _allowed.Contains((subject, category, known)))
        {
            return known;
        }

        return IsAllowed(connection, subject, category, name) ? Allow(connection, subject, category, name) : Refuse(connection, category);
    }

    public void Forget()
    {
        _ids.Clear();
        _allowed.Clear();
    }

    private static bool IsAllowed(SqlConnection connection, long subject, NameCategory category, string name)
    {
        var stored = CategoryName(category);
        return (connection.Scalar(StoreSql.SelectName, name) is { } id && connection.Scalar(StoreSql.HasSubjectName, subject, stored, id) is not null)
            || connection.Scalar(StoreSql.CountSubjectNames, subject, stored) < CapOf(category);
    }

    private long Allow(SqlConnection connection, long subject, NameCategory category, string name)
    {
        var id = Id(connection, name);
        connection.Execute(StoreSql.InsertSubjectName, subject, CategoryName(category), id);
        if (category is NameCategory.Model)
        {
            ModelColours.Claim(connection, name);
        }

        if (_allowed.Count >= MaxRemembered)
        {
            _allowed.Clear();
        }

        _allowed.Add((subject, category, id));
        return id;
    }

    private long Refuse(SqlConnection connection, NameCategory category)
    {
        capped(category);
        return Id(connection, SafeText.Other);
    }

    private long Id(SqlConnection connection, string name)
    {
        if (_ids.TryGetValue(name, out var known))
        {
            return known;
        }

        if (connection.Scalar(StoreSql.SelectName, name) is not { } id)
        {
            connection.Execute(StoreSql.InsertName, name);
            id = connection.LastInsertId;
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
