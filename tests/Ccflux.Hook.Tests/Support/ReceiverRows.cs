using Ccflux.Storage.Sqlite;
using Ccflux.Testing;
using Xunit;

namespace Ccflux.Hook.Tests.Support;

/// <summary>Reads what a receiver has stored, from outside.</summary>
internal static class ReceiverRows
{
    /// <summary>The first <paramref name="columns"/> numbers of one row of a query over the database on disk.</summary>
    public static long[] Query(this ReceiverProcess receiver, string sql, int columns)
    {
        using var connection = SqliteConnection.Open(receiver.DatabasePath);
        using var rows = connection.Query(sql);
        Assert.True(rows.Read());
        var row = new long[columns];
        for (var i = 0; i < columns; i++)
        {
            row[i] = rows.Int64(i);
        }

        return row;
    }
}
