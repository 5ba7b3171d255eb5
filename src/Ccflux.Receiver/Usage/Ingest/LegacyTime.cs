namespace Ccflux.Receiver.Usage.Ingest;

/// <summary>Parses times as ccflux 0.1 wrote them: <c>2026-05-11T04:32:10Z</c> on the wire, <c>2026-05-11 04:32:10</c> in some columns. Without a zone they are UTC.</summary>
internal static class LegacyTime
{
    private const DateTimeStyles Utc = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;

    public static bool TryParse(string? text, out DateTimeOffset at)
    {
        at = default;
        return text is { Length: >= 19 } && char.IsAsciiDigit(text[0]) && text[4] == '-' && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, Utc, out at);
    }
}
