namespace Ccflux.Receiver.Telemetry.Store;

/// <summary>SQL of the labels that subjects state.</summary>
internal static class LabelSql
{
    /// <summary>Parameters: subject, name, value.</summary>
    public const string Select = "SELECT first_at, last_at FROM telemetry_labels WHERE subject_id = ? AND name = ? AND value = ?";

    /// <summary>Parameters: subject, name, value, first, last.</summary>
    public const string Insert = "INSERT INTO telemetry_labels (subject_id, name, value, first_at, last_at) VALUES (?, ?, ?, ?, ?)";

    /// <summary>Parameters: first, last, subject, name, value.</summary>
    public const string Update = "UPDATE telemetry_labels SET first_at = ?, last_at = ? WHERE subject_id = ? AND name = ? AND value = ?";

    public const string Count = "SELECT count(*) FROM telemetry_labels";

    /// <summary>Parameters: subject, name.</summary>
    public const string CountValues = "SELECT count(*) FROM telemetry_labels WHERE subject_id = ? AND name = ?";

    /// <summary>Parameters: subject, name.</summary>
    public const string SelectOldest = "SELECT value, last_at FROM telemetry_labels WHERE subject_id = ? AND name = ? ORDER BY last_at, value LIMIT 1";

    /// <summary>Parameters: subject, name, value.</summary>
    public const string Delete = "DELETE FROM telemetry_labels WHERE subject_id = ? AND name = ? AND value = ?";

    /// <summary>Deletes labels that are no longer configured. Parameters: the configured names as a JSON array, before (epoch ms), how many.</summary>
    public const string DeleteUnasked = """
        DELETE FROM telemetry_labels
        WHERE (subject_id, name, value) IN (
            SELECT subject_id, name, value FROM telemetry_labels WHERE name NOT IN (SELECT value FROM json_each(?)) AND last_at < ? LIMIT ?)
        """;
}
