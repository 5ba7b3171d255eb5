using Ccflux.Receiver.Fleet.Store;

namespace Ccflux.Receiver.Tests.Fleet;

/// <summary>SQLite has no row locks, so nothing else would show that one is missing.</summary>
public sealed class FleetLockTests
{
    [Theory]
    [InlineData(VaultSql.Read)]
    [InlineData(VaultSql.Details)]
    [InlineData(VaultSql.HasAccount)]
    [InlineData(VaultSql.Unsettled)]
    [InlineData(VaultSql.AllCredentials)]
    [InlineData(AgentSql.ConfigDirAccounts)]
    [InlineData(AgentSql.ConfigDir)]
    [InlineData(AgentSql.Recipient)]
    [InlineData(AgentSql.AccountSince)]
    [InlineData(CommandSql.AccountsOfOpen)]
    [InlineData(CommandSql.AccountsOfUnfetched)]
    [InlineData(CommandSql.SelectOpen)]
    [InlineData(CommandSql.SelectUnfetched)]
    public void Reads_ThatWritesDependOn_LockTheirRows(string sql) => Assert.EndsWith("FOR UPDATE", sql, StringComparison.Ordinal);

    [Theory]
    [InlineData(AgentSql.ConfigDirAccounts)]
    [InlineData(CommandSql.AccountsOfOpen)]
    [InlineData(CommandSql.AccountsOfUnfetched)]
    [InlineData(VaultSql.Unsettled)]
    [InlineData(VaultSql.AllCredentials)]
    public void Reads_ThatLockSeveralAccounts_LockThemInOneOrder(string sql) => Assert.Matches(@"ORDER BY (a\.)?account_id FOR UPDATE$", sql);
}
