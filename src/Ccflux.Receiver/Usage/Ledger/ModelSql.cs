namespace Ccflux.Receiver.Usage.Ledger;

/// <summary>Statements on the names of models.</summary>
internal static class ModelSql
{
    public const string Select = "SELECT model_id FROM models WHERE name = @name";

    public const string Insert = "INSERT INTO models (name, first_seen_at) VALUES (@name, @now) RETURNING model_id";
}
