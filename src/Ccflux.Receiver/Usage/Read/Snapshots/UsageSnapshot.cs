using Ccflux.Receiver.Platform.Colours;
using Ccflux.Receiver.Usage.Read.Views;
using Ccflux.Storage.Sqlite;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Ccflux.Receiver.Usage.Read.Snapshots;

/// <summary>A read connection inside one transaction, so that all figures of a page are consistent, and the users and models that every page
/// needs.</summary>
internal sealed class UsageSnapshot : IDisposable
{
    private readonly ReaderLease _lease;
    private readonly SqliteTransaction _transaction;

    private UsageSnapshot(ReaderLease lease, SqliteTransaction transaction, DateTimeOffset now)
    {
        _lease = lease;
        _transaction = transaction;
        Now = now;
        StoreId = Connection.ExecuteScalar<string>(UsageReadSql.StoreId) ?? "";
        var colours = ModelColours.Read(Connection);
        Models = Connection.Query<(long Id, string Name)>(UsageReadSql.Models)
            .Select((model, order) => new ModelRef(model.Id, model.Name, order, colours.GetValueOrDefault(model.Name, ModelColours.Grey)))
            .ToDictionary(model => (int)model.Id);
        Users = Connection.Query<UserFacts>(UsageReadSql.Users).ToDictionary(user => (int)user.Id);
    }

    public SqliteConnection Connection => _lease.Connection;

    public DateTimeOffset Now { get; }

    public string StoreId { get; }

    /// <summary>By id.</summary>
    public IReadOnlyDictionary<int, ModelRef> Models { get; }

    /// <summary>By id.</summary>
    public IReadOnlyDictionary<int, UserFacts> Users { get; }

    /// <summary>How tables name a user. A row of a user who was deleted manually still counts, under a number.</summary>
    public UserRef User(int id) => Users.TryGetValue(id, out var user) ? user.Ref : new UserRef(id, $"user {id}", "");

    public ModelRef Model(int id) => Models.TryGetValue(id, out var model) ? model : new ModelRef(id, $"model {id}", Models.Count, ModelColours.Grey);

    public static async Task<UsageSnapshot> OpenAsync(SqliteReaders readers, TimeProvider time, CancellationToken cancellationToken)
    {
        var lease = await readers.RentAsync(cancellationToken);
        SqliteTransaction? transaction = null;
        try
        {
            transaction = lease.Connection.BeginTransaction(deferred: true);
            return new UsageSnapshot(lease, transaction, time.GetUtcNow());
        }
        catch
        {
            // The connection goes back to the pool: it must not be left inside a transaction.
            transaction?.Dispose();
            lease.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        _transaction.Dispose();
        _lease.Dispose();
    }
}
