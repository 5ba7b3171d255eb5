using Microsoft.Data.Sqlite;

namespace Ccflux.Receiver.Tests.Platform.Database;

public sealed class SqliteLibraryTests
{
    /// <summary>The tests count over Microsoft.Data.Sqlite. Two copies of SQLite in one process would break each other's file locks.</summary>
    [Fact]
    public void Library_BothWaysIn_AreTheSameVersion()
    {
        using var managed = new SqliteConnection("Data Source=:memory:");
        managed.Open();

        Assert.Equal(managed.ServerVersion, Storage.Sqlite.SqliteConnection.LibraryVersion);
    }
}
