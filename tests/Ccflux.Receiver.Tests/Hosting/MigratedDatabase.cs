using Ccflux.Receiver.Platform.Database;
using Ccflux.Storage.Sqlite;

namespace Ccflux.Receiver.Tests.Hosting;

/// <summary>An empty database with today's schema, made once a run: applying the migrations takes longer than most tests.</summary>
internal static class MigratedDatabase
{
    private static readonly Lazy<byte[]> s_file = new(Make);

    /// <summary>Makes the file, with an identity of its own, unless it exists.</summary>
    public static void CreateIn(string path)
    {
        if (File.Exists(path))
        {
            return;
        }

        PrivateFile.Create(path);
        File.WriteAllBytes(path, s_file.Value);
        using var connection = SqliteConnection.Open(path);
        connection.Execute("UPDATE store SET store_id = @id", ("id", Guid.NewGuid().ToString("N")));
    }

    private static byte[] Make()
    {
        var folder = Directory.CreateTempSubdirectory("ccflux-schema-").FullName;
        try
        {
            var path = Path.Combine(folder, "ccflux.db");
            SqliteDatabase.OpenForWriting(path).Dispose();
            return File.ReadAllBytes(path);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
