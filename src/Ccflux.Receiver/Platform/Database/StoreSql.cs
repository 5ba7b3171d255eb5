namespace Ccflux.Receiver.Platform.Database;

/// <summary>SQL for the database's own row.</summary>
internal static class StoreSql
{
    public const string SelectId = "SELECT store_id FROM store";
}
