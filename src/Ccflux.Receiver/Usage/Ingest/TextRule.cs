namespace Ccflux.Receiver.Usage.Ingest;

/// <summary>What a text in a report may be.</summary>
internal static class TextRule
{
    /// <returns>The fault in words, with the field's name and the limit; null if there is none.</returns>
    public static string? Fault(string field, string? text, int min, int max) =>
        text is null || text.Length < min || text.Length > max || text.Any(char.IsControl) ? $"{field}: {min} to {max} characters, no control characters." : null;
}
