using Ccflux.Receiver.Platform.Colours;
using Ccflux.Receiver.Usage.Read.Views;
using Ccflux.Storage.Reading;
using Ccflux.Storage.Sql;

namespace Ccflux.Receiver.Usage.Read.Snapshots;

/// <summary>A reading session that sees one commit, so that all figures of a page are consistent, and the users and models that every page
/// needs.</summary>
internal sealed class UsageSnapshot : IDisposable
{
    private readonly ReadSession _session;

    private UsageSnapshot(ReadSession session, DateTimeOffset now)
    {
        _session = session;
        Now = now;
        StoreId = session.Text(UsageReadSql.StoreId) ?? "";
        var colours = ModelColours.Read(session);
        Models = session.List(UsageReadSql.Models, static rows => (Id: rows.Int64(0), Name: rows.Text(1)))
            .Select((model, order) => new ModelRef(model.Id, model.Name, order, colours.GetValueOrDefault(model.Name, ModelColours.Grey)))
            .ToDictionary(model => (int)model.Id);
        Users = session.List(UsageReadSql.Users, UserFacts.Read).ToDictionary(user => (int)user.Id);
    }

    public SqlSession Session => _session;

    public DateTimeOffset Now { get; }

    public string StoreId { get; }

    /// <summary>By id.</summary>
    public IReadOnlyDictionary<int, ModelRef> Models { get; }

    /// <summary>By id.</summary>
    public IReadOnlyDictionary<int, UserFacts> Users { get; }

    /// <summary>How tables name a user. A row of a user who was deleted manually still counts, under a number.</summary>
    public UserRef User(int id) => Users.TryGetValue(id, out var user) ? user.Ref : new UserRef(id, $"user {id}", "");

    public ModelRef Model(int id) => Models.TryGetValue(id, out var model) ? model : new ModelRef(id, $"model {id}", Models.Count, ModelColours.Grey);

    public static async Task<UsageSnapshot> OpenAsync(ReadSessions readers, TimeProvider time, CancellationToken cancellationToken)
    {
        var session = await readers.OpenAsync(cancellationToken);
        try
        {
            session.BeginSnapshot();
            return new UsageSnapshot(session, time.GetUtcNow());
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    public void Dispose() => _session.Dispose();
}
