using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Platform.Colours;
using Ccflux.Receiver.Telemetry.Read.Views;
using Ccflux.Receiver.Telemetry.Store;
using Ccflux.Storage.Sql;

namespace Ccflux.Receiver.Telemetry.Read.Cells;

/// <summary>A person as pages name them; several subjects (a token, a claimed e-mail address, mapped installations) can be one person.</summary>
/// <param name="Kind">user, claimed, install or other: the most certain of the subjects.</param>
internal sealed record Person(string Name, string Division, string Kind);

/// <summary>Resolves the ids in rollups to names, and what the filters offer, within the reader's data scope: it knows no other subject.</summary>
internal sealed class PeopleDirectory
{
    private readonly Dictionary<int, Person> _people = [];
    private readonly Dictionary<int, string> _names;
    private readonly HashSet<int> _unheard = [];
    private readonly bool _isWhole;

    private PeopleDirectory(SqlSession session, DataScope allowed)
    {
        _isWhole = allowed.IsEverybody;
        _names = session.List(TelemetryReadSql.Names, static rows => (Id: rows.Int32(0), Name: rows.Text(1))).ToDictionary(row => row.Id, row => row.Name);
        var known = session.List(
            TelemetryReadSql.Subjects,
            static rows => (Subject: rows.Int32(0), Name: rows.Text(1), Division: rows.Text(2), Kind: rows.Text(3), UserId: rows.Int64OrNull(4)));
        var readable = known.Where(row => _isWhole || (row.UserId is { } user && allowed.Contains(user, row.Division)));
        foreach (var subjects in readable.GroupBy(row => row.Name, StringComparer.Ordinal))
        {
            var person = new Person(subjects.Key, subjects.Max(row => row.Division) ?? "", subjects.MaxBy(row => Sureness(row.Kind)).Kind);
            foreach (var (subject, _, _, kind, _) in subjects)
            {
                _people[subject] = person;
                if (!SubjectKind.Speaks(kind, person.Kind))
                {
                    _unheard.Add(subject);
                }
            }
        }

        var offered = session.List(TelemetryReadSql.OfferedNames, static rows => (Category: rows.Text(0), Id: rows.Int32(1)))
            .ToLookup(row => row.Category, row => row.Id, StringComparer.Ordinal);
        ModelIds = [.. offered["model"].Order()];
        Choices = new TelemetryChoices(
            [.. _people.Values.Select(person => person.Name).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)],
            [.. _people.Values.Select(person => person.Division).Where(division => division.Length > 0).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)],
            [.. ModelIds.Select(Name)],
            [.. offered["terminal"].Select(Name).Where(name => name.Length > 0).Order(StringComparer.Ordinal)],
            ModelColours.Read(session));
    }

    public TelemetryChoices Choices { get; }

    /// <summary>Models in the order in which they were first seen.</summary>
    private IReadOnlyList<int> ModelIds { get; }

    /// <param name="session">A reading session.</param>
    /// <param name="allowed">About whom the reader may read.</param>
    public static PeopleDirectory Read(SqlSession session, DataScope allowed) => new(session, allowed);

    /// <summary>Whether there is anybody about whom the reader may read.</summary>
    public bool HasAny => _isWhole || _people.Count > 0;

    public string Name(int id) => _names.GetValueOrDefault(id, "");

    /// <summary>A subject that is gone (deleted manually) still counts.</summary>
    public Person Person(int subject) => _people.TryGetValue(subject, out var person) ? person : new Person("other", "", "other");

    /// <summary>The person whom a subject's statements count for; null if they count for nobody: see <see cref="SubjectKind.Speaks"/>.</summary>
    public Person? SpeakerOf(int subject) => _unheard.Contains(subject) ? null : _people.GetValueOrDefault(subject);

    /// <summary>Resolves the filter's names. An unknown name matches nothing; so does the name of a person outside the data scope.</summary>
    public CellScope Resolve(TelemetryFilter filter, LabelValues labels)
    {
        var division = filter.Division is TelemetryFilter.NoDivision ? "" : filter.Division;
        HashSet<int>? subjects = _isWhole && filter.User is null && division is null && filter.Labels.Count == 0
            ? null
            : [.. _people.Where(pair => (filter.User is null || string.Equals(pair.Value.Name, filter.User, StringComparison.Ordinal))
                && (division is null || string.Equals(pair.Value.Division, division, StringComparison.Ordinal))
                && labels.Holds(pair.Value.Name, filter.Labels)).Select(pair => pair.Key)];
        return new CellScope(subjects, IdOf(filter.Model), IdOf(filter.Terminal));
    }

    private int? IdOf(string? name) => name is null ? null : _names.Where(pair => string.Equals(pair.Value, name, StringComparison.Ordinal)).Select(pair => pair.Key).FirstOrDefault(-1);

    private static int Sureness(string kind) => kind switch { "user" => 3, "claimed" => 2, "install" => 1, _ => 0 };
}

/// <summary>A filter by ids; null matches everything. Cells are read for its subjects only.</summary>
internal sealed record CellScope(HashSet<int>? Subjects, int? Model, int? Terminal)
{
    public bool Holds(in RequestCell cell) => (Model is null || Model == cell.Model) && IsAt(cell.Terminal);

    /// <summary>Counts do not depend on the model.</summary>
    public bool Holds(in CountCell cell) => IsAt(cell.Terminal);

    public bool Holds(in DurationCell cell, bool ofModel) => (!ofModel || Model is null || Model == cell.Name) && IsAt(cell.Terminal);

    private bool IsAt(int terminal) => Terminal is null || Terminal == terminal;
}
