using System.Collections.Concurrent;
using Ccflux.Receiver.Cli;
using Ccflux.Receiver.Fleet;
using Ccflux.Receiver.Quota.Sources;
using Ccflux.Receiver.Tests.Hosting;
using Ccflux.Storage.Reading;
using Ccflux.Storage.Sql;
using Ccflux.Storage.Sqlite;
using Ccflux.Storage.Writing;
using Ccflux.Testing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Ccflux.Receiver.Tests.Contracts;

/// <summary>An empty migrated database of one kind, with the storage's sessions on it and the receiver's own stores on those. Nothing is started: time
/// stands still, no loop runs, and no request leaves the process.</summary>
internal sealed class TestDatabase : IAsyncDisposable
{
    /// <summary>The receiver's registrations by the settings that they were made with. They contain options and factories, no state.</summary>
    private static readonly ConcurrentDictionary<string, IServiceCollection> s_receivers = new(StringComparer.Ordinal);

    private readonly string _folder;
    private readonly ServiceProvider _services;

    private TestDatabase(string folder, WriteConnection writing, Func<int, ReadConnection> open, IServiceCollection receiver, Action<IServiceCollection>? configure)
    {
        _folder = folder;
        Readers = new ReadSessions(cacheKilobytes => new RecordingReadConnection(open(cacheKilobytes)));
        var services = new ServiceCollection();
        foreach (var registration in receiver)
        {
            ((IServiceCollection)services).Add(registration);
        }

        services.AddSingleton<TimeProvider>(Time);
        services.AddSingleton(Readers);
        services.AddSingleton(provider => new GroupCommitWriter(
            new RecordingWriteConnection(writing), provider.GetServices<ITransactionParticipant>(), _ => { }, time: Time));
        services.AddSingleton(new FleetOptions { Enabled = true, VaultKeyPath = Path.Combine(folder, "keys") });
        services.AddSingleton(_ => new UpstreamHttp(Upstream));
        configure?.Invoke(services);
        _services = services.BuildServiceProvider();
        Writer = _services.GetRequiredService<GroupCommitWriter>();
    }

    public ManualTime Time { get; } = new();

    /// <summary>The clock in epoch milliseconds.</summary>
    public long Now => Time.GetUtcNow().ToUnixTimeMilliseconds();

    public GroupCommitWriter Writer { get; }

    public ReadSessions Readers { get; }

    public IServiceProvider Services => _services;

    /// <summary>Answers what the receiver asks issuers of logins. Unless a test says otherwise, they cannot be reached.</summary>
    public ScriptedUpstream Upstream { get; } = new();

    /// <param name="kind">The kind of database.</param>
    /// <param name="configure">Replaces services of the receiver.</param>
    /// <param name="settings">Settings, as they would be in the environment.</param>
    public static TestDatabase Open(DatabaseKind kind, Action<IServiceCollection>? configure = null, params (string Key, string? Value)[] settings)
    {
        SqlRecord.Opened();
        var receiver = s_receivers.GetOrAdd(string.Join('\n', settings), _ => Register(settings));
        var folder = Directory.CreateTempSubdirectory("ccflux-contract-").FullName;
        return kind switch
        {
            DatabaseKind.Sqlite => OpenSqlite(folder, receiver, configure),
            _ => throw new ArgumentOutOfRangeException(nameof(kind)),
        };
    }

    /// <summary>A store, or anything else that the receiver registers.</summary>
    public T Store<T>()
        where T : notnull => _services.GetRequiredService<T>();

    /// <summary>A job or a store with options of its own: what is given, and for the rest what the receiver registers.</summary>
    public T Make<T>(params object[] given) => ActivatorUtilities.CreateInstance<T>(_services, given);

    /// <summary>Writes in one transaction and asserts that it was committed.</summary>
    public async Task<T> WriteAsync<T>(Func<WriteSession, T> write)
    {
        var result = await Writer.WriteAsync(write);
        Assert.Equal(WriteStatus.Committed, result.Status);
        return result.Value!;
    }

    /// <inheritdoc cref="WriteAsync{T}(Func{WriteSession, T})"/>
    public async Task<T> WriteAsync<T>(WriteEntry<T> entry)
    {
        var result = await Writer.WriteAsync(entry);
        Assert.Equal(WriteStatus.Committed, result.Status);
        return result.Value!;
    }

    /// <inheritdoc cref="WriteAsync{T}(Func{WriteSession, T})"/>
    public Task WriteAsync(Action<WriteSession> write) => WriteAsync(session =>
    {
        write(session);
        return true;
    });

    /// <summary>Runs one statement and returns how many rows it changed.</summary>
    public Task<int> ExecuteAsync(string sql, params SqlParameter[] parameters) => WriteAsync(session => session.Execute(sql, parameters));

    /// <summary>Inserts a row with <c>RETURNING</c> and returns its id.</summary>
    public Task<long> InsertAsync(string sql, params SqlParameter[] parameters) => WriteAsync(session => session.Insert(sql, parameters));

    public async Task<T> ReadAsync<T>(Func<ReadSession, T> read)
    {
        using var session = await Readers.OpenAsync(ContractTests.Token);
        return read(session);
    }

    /// <summary>All rows of a query, as the last commit left them.</summary>
    public Task<List<T>> ListAsync<T>(string sql, Func<Rows, T> read, params SqlParameter[] parameters) => ReadAsync(session => session.List(sql, read, parameters));

    public Task<long?> ScalarAsync(string sql, params SqlParameter[] parameters) => ReadAsync(session => session.Scalar(sql, parameters));

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        Readers.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static TestDatabase OpenSqlite(string folder, IServiceCollection receiver, Action<IServiceCollection>? configure)
    {
        var path = Path.Combine(folder, "ccflux.db");
        MigratedDatabase.CreateIn(path);
        var writing = SqliteDatabase.OpenForWriting(path);
        // Nothing here survives the test, so that no commit needs to wait for the disk.
        writing.ExecuteScript("PRAGMA synchronous = OFF");
        return new TestDatabase(folder, writing, cacheKilobytes => new SqliteReader(path, cacheKilobytes), receiver, configure);
    }

    private static IServiceCollection Register((string Key, string? Value)[] settings)
    {
        var values = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["DATABASE_PATH"] = "/nonexistent/database/ccflux.db",
            ["VAULT_KEY_PATH"] = "/nonexistent/keys",
            ["FLEET"] = "1",
            ["ADMIN_TOKEN"] = "admin-token-for-contract-tests",
            ["VIEWER_TOKEN"] = "viewer-token-for-contract-tests",
            ["OTLP_HTTP_ADDR"] = "",
            ["OTLP_GRPC_ADDR"] = "",
        };
        foreach (var (key, value) in settings)
        {
            values[key] = value;
        }

        var builder = ServeCommand.CreateBuilder();
        builder.Configuration.AddInMemoryCollection(values);
        builder.Logging.ClearProviders();
        Program.AddServices(builder);
        return builder.Services;
    }
}
