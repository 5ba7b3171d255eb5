using Ccflux.Receiver.Platform.Settings;
using Ccflux.Storage.Sqlite;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Platform.Database;

/// <summary>The door of the database: one writer and a few readers.</summary>
internal static partial class DatabaseFeature
{
    public static IServiceCollection AddStorage(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSettings<DatabaseOptions>(configuration);
        services.AddSingleton(provider =>
        {
            var logger = provider.GetRequiredService<ILogger<GroupCommitWriter>>();
            var path = provider.GetRequiredService<DatabaseOptions>().Path;
            if (!File.Exists(path))
            {
                PrivateFile.Create(path);
            }

            var connection = SqliteDatabase.OpenForWriting(path);
            Log.Opened(logger, path, SqliteLibrary.Description);
            return new GroupCommitWriter(connection, provider.GetServices<ITransactionParticipant>(), exception => Log.Failed(logger, exception));
        });
        services.AddSingleton(provider =>
        {
            // The writer makes the file and its schema.
            _ = provider.GetRequiredService<GroupCommitWriter>();
            return new SqliteReaders(provider.GetRequiredService<DatabaseOptions>().Path);
        });
        services.AddSingleton<StoreIdentity>();
        services.AddSingleton<DatabaseSize>();
        services.AddHostedService(provider => provider.GetRequiredService<DatabaseSize>());
        return services;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Database {Path}, SQLite {Version}")]
        public static partial void Opened(ILogger logger, string path, string version);

        [LoggerMessage(2, LogLevel.Error, "Writing to the database failed")]
        public static partial void Failed(ILogger logger, Exception exception);
    }
}
