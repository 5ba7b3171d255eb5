using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Platform.Calendar;
using Ccflux.Receiver.Platform.Colours;
using Ccflux.Receiver.Usage.Read.Views;
using Ccflux.Storage.Reading;
using Ccflux.Storage.Sql;

namespace Ccflux.Receiver.Usage.Read.Snapshots;

/// <summary>A reading session that sees one commit, so that all figures of a page are consistent, and the users and models that every page
/// needs. Of the users it knows only those in the reader's data scope; caches and rollups hold everybody's rows, of which <see cref="Holds"/> tells
/// which may be read.</summary>
internal sealed class UsageSnapshot : IDisposable
{
    private readonly ReadSession _session;

    private UsageSnapshot(ReadSession session, DataScope allowed, OrganisationCalendar calendar, DateTimeOffset now)
    {
        _session = session;
        Calendar = calendar;
        Allowed = allowed;
        Now = now;
        StoreId = session.Text(UsageReadSql.StoreId) ?? "";
        var colours = ModelColours.Read(session);
        Models = session.List(UsageReadSql.Models, static rows => (Id: rows.Int64(0), Name: rows.Text(1)))
            .Select((model, order) => new ModelRef(model.Id, model.Name, order, colours.GetValueOrDefault(model.Name, ModelColours.Grey)))
            .ToDictionary(model => (int)model.Id);
        Users = session.List(UsageReadSql.Users, UserFacts.Read).Where(user => allowed.Contains(user.Id, user.Division)).ToDictionary(user => (int)user.Id);
        Readable = allowed.IsEverybody ? null : [.. Users.Keys];
    }

    public SqlSession Session => _session;

    /// <summary>About whom the reader may read.</summary>
    public DataScope Allowed { get; }

    /// <summary>Ids of the users who may be read; null for all, also those of users who were deleted manually.</summary>
    public HashSet<int>? Readable { get; }

    /// <summary>The days of all figures.</summary>
    public OrganisationCalendar Calendar { get; }

    public DateTimeOffset Now { get; }

    public string StoreId { get; }

    /// <summary>By id.</summary>
    public IReadOnlyDictionary<int, ModelRef> Models { get; }

    /// <summary>Those who may be read, by id.</summary>
    public IReadOnlyDictionary<int, UserFacts> Users { get; }

    public bool Holds(int user) => Readable?.Contains(user) ?? true;

    /// <summary>How tables name a user. A row of a user who was deleted manually still counts, under a number.</summary>
    public UserRef User(int id) => Users.TryGetValue(id, out var user) ? user.Ref : new UserRef(id, $"user {id}", "");

    public ModelRef Model(int id) => Models.TryGetValue(id, out var model) ? model : new ModelRef(id, $"model {id}", Models.Count, ModelColours.Grey);

    public static async Task<UsageSnapshot> OpenAsync(
        ReadSessions readers, DataScope allowed, OrganisationCalendar calendar, TimeProvider time, CancellationToken cancellationToken)
    {
        var session = await readers.OpenAsync(cancellationToken);
        try
        {
            session.BeginSnapshot();
            return new UsageSnapshot(session, allowed, calendar, time.GetUtcNow());
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    public void Dispose() => _session.Dispose();
}
