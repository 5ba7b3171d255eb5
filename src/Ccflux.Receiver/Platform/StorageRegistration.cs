using Ccflux.Receiver.Platform.Settings;
using Ccflux.Storage.Sqlite;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Platform;

/// <summary>The database, as services: one writer, a few readers.</summary>
internal static class StorageRegistration
{
    public static void AddStorage(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSettings<DatabaseOptions>(configuration);
        services.AddSingleton(provider => new GroupCommitWriter(
            SqliteDatabase.OpenForWriting(provider.GetRequiredService<DatabaseOptions>().Path),
            provider.GetServices<ITransactionParticipant>(),
            exception => throw exception));
        services.AddSingleton(provider =>
        {
            _ = provider.GetRequiredService<GroupCommitWriter>();
            return new SqliteReaders(provider.GetRequiredService<DatabaseOptions>().Path);
        });
    }
}
