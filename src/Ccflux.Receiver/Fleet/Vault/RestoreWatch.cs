using Ccflux.Receiver.Fleet.Store;
using Ccflux.Receiver.Platform.Database;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Fleet.Vault;

/// <summary>
/// Notices that the database was restored from a backup: its store id then differs. The logins in it are as old as the backup, and their refresh
/// tokens may have been spent since, so each of them needs a new login, or the operator's confirmation that it is still valid.
/// </summary>
internal sealed class RestoreWatch(TimeProvider time)
{
    private const string Name = "store_id";

    /// <summary>Must be called inside a write, before anything is renewed.</summary>
    /// <returns>The number of logins that may no longer be valid.</returns>
    public int Look(WriteSession session)
    {
        var store = StoreIdentity.Read(session);
        var known = session.Text(VaultSql.SelectSetting, ("name", Name));
        if (string.Equals(store, known, StringComparison.Ordinal))
        {
            return 0;
        }

        session.Execute(VaultSql.SaveSetting, ("name", Name), ("value", store));
        if (known is null)
        {
            return 0;
        }

        var now = time.GetUtcNow();
        var found = session.Execute(VaultSql.DoubtAll, ("fault", AccountFault.Unknown), ("now", now.ToUnixTimeMilliseconds()));
        FleetAudit.Write(session, now, new FleetAccess(RefreshLoop.Switcher, FleetAction.Restore, AccountFault.Unknown, Detail: string.Create(CultureInfo.InvariantCulture, $"the database was restored; {found} logins may be spent")));
        return found;
    }
}
