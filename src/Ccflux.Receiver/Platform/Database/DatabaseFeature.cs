using Ccflux.Receiver.Platform.Settings;
using Ccflux.Storage.Sqlite;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Platform.Database;

/// <summary>Registers the database: one writer and a few readers.</summary>
internal static partial class DatabaseFeature
{
    public static IServiceCollection AddStorage(this IServiceCollection services)
    {
        services.AddSettings<DatabaseOptions>();
        services.AddSingleton(provider =>
        {
            var logger = provider.GetRequiredService<ILogger<GroupCommitWriter>>();
            var path = provider.GetRequiredService<DatabaseOptions>().Path;
            MakePrivate(path, logger);
            var connection = SqliteDatabase.OpenForWriting(path);
            Log.Opened(logger, path, SqliteConnection.LibraryVersion);
            return new GroupCommitWriter(
                connection,
                provider.GetServices<ITransactionParticipant>(),
                exception => Log.Failed(logger, exception),
                time: provider.GetRequiredService<TimeProvider>());
        });
        services.AddSingleton(provider =>
        {
            // The writer creates the file and its schema.
            _ = provider.GetRequiredService<GroupCommitWriter>();
            return SqliteDatabase.OpenForReading(provider.GetRequiredService<DatabaseOptions>().Path);
        });
        services.AddSingleton<StoreIdentity>();
        services.AddSingleton<DatabaseSize>();
        services.AddHostedService(provider => provider.GetRequiredService<DatabaseSize>());
        return services;
    }

    /// <summary>Makes the database readable only by its owner, however it was created and wherever a link leads: it contains e-mail addresses and usage.</summary>
    private static void MakePrivate(string path, ILogger logger)
    {
        var file = PrivateFile.Target(path);
        if (!File.Exists(file))
        {
            PrivateFile.Create(file);
        }

        foreach (var part in DatabaseCopy.Parts.Select(part => file + part).Prepend(file))
        {
            try
            {
                if (PrivateFile.Tighten(part) is { } mode)
                {
                    Log.Tightened(logger, part, Convert.ToString((int)mode, 8));
                }
            }
            catch (Exception exception) when (exception is UnauthorizedAccessException or IOException)
            {
                // The file system has no modes, or the file has another owner. That others can read it is worth a warning, but no reason not to run.
                Log.NotTightened(logger, part, exception.Message);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Database {Path}, SQLite {Version}")]
        public static partial void Opened(ILogger logger, string path, string version);

        [LoggerMessage(3, LogLevel.Warning, "{Path} could be opened by other users (mode {Mode}); now only its owner can open it")]
        public static partial void Tightened(ILogger logger, string path, string mode);

        [LoggerMessage(4, LogLevel.Warning, "{Path} can be opened by other users, and its mode cannot be changed: {Reason}")]
        public static partial void NotTightened(ILogger logger, string path, string reason);

        [LoggerMessage(2, LogLevel.Error, "Writing to the database failed")]
        public static partial void Failed(ILogger logger, Exception exception);
    }
}
