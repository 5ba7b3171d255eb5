namespace Ccflux.Receiver.Telemetry.Store;

/// <summary>SQL of the labels that subjects state.</summary>
internal static class LabelSql
{
    public const string Select = "SELECT first_at, last_at FROM telemetry_labels WHERE subject_id = @subject AND name = @name AND value = @value";

    public const string Insert = "INSERT INTO telemetry_labels (subject_id, name, value, first_at, last_at) VALUES (@subject, @name, @value, @first_at, @last_at)";

    public const string Update =
        "UPDATE telemetry_labels SET first_at = @first_at, last_at = @last_at WHERE subject_id = @subject AND name = @name AND value = @value";

    public const string Count = "SELECT count(*) FROM telemetry_labels";

    public const string CountValues = "SELECT count(*) FROM telemetry_labels WHERE subject_id = @subject AND name = @name";

    public const string SelectOldest = "SELECT value, last_at FROM telemetry_labels WHERE subject_id = @subject AND name = @name ORDER BY last_at, value LIMIT 1";

    public const string Delete = "DELETE FROM telemetry_labels WHERE subject_id = @subject AND name = @name AND value = @value";

    /// <summary>Deletes labels that are no longer configured: <c>@names</c> is a JSON array of those that are.</summary>
    public const string DeleteUnasked = """
        DELETE FROM telemetry_labels
        WHERE (subject_id, name, value) IN (
            SELECT subject_id, name, value FROM telemetry_labels WHERE name NOT IN (SELECT value FROM json_each(@names)) AND last_at < @before LIMIT @limit)
        """;
}
