using Ccflux.Receiver.Platform.Calendar;
using Ccflux.Receiver.Usage.Ledger;
using Ccflux.Storage.Sqlite;

namespace Ccflux.Receiver.Tests.Usage.Ledger;

/// <summary>Counts all sums of a database again, from its facts.</summary>
internal static class Recount
{
    public static void AssertExact(string path)
    {
        using var session = SqliteConnection.OpenReadOnly(path);
        for (var users = LedgerRecount.Users(session, long.MinValue); users.Count > 0; users = LedgerRecount.Users(session, users[^1]))
        {
            Assert.Empty(users.SelectMany(user => LedgerRecount.Check(session, OrganisationCalendar.Utc, user)));
        }
    }
}
