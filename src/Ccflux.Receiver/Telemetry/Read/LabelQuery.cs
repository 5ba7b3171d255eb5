namespace Ccflux.Receiver.Telemetry.Read;

/// <summary>Reads which label figures are grouped by: <c>by=team</c>.</summary>
internal static class LabelQuery
{
    public const string Field = "by";

    /// <summary>Null if none is asked for.</summary>
    /// <param name="query">The query string.</param>
    /// <param name="names">The existing labels.</param>
    /// <param name="faults">Gets a fault for an unknown label.</param>
    public static string? By(IQueryCollection query, LabelNames names, ICollection<string> faults)
    {
        if (query[Field] is not { Count: > 0 } values || values[^1] is not { Length: > 0 } text)
        {
            return null;
        }

        var name = names.All.FirstOrDefault(label => string.Equals(label, text, StringComparison.Ordinal));
        if (name is null)
        {
            faults.Add($"{Field}: must be one of {string.Join(", ", names.All)}");
        }

        return name;
    }
}
