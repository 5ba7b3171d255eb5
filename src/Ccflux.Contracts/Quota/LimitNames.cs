namespace Ccflux.Contracts.Quota;

/// <summary>
/// Gives each limit one name, whichever source reports it. The usage answer lists limits by kind (<c>session</c>, <c>weekly_all</c>, <c>weekly_scoped</c> with a model);
/// its fields, status lines and refused requests name them by window (<c>five_hour</c>, <c>seven_day</c>, <c>seven_day_opus</c>). The names by window are used.
/// </summary>
public static class LimitNames
{
    public const string FiveHour = "five_hour";
    public const string SevenDay = "seven_day";

    private const string SevenDayOf = SevenDay + "_";
    private const string FiveHourOf = FiveHour + "_";
    private const string WeeklyOf = "weekly_scoped:";
    private const string SessionOf = "session_scoped:";

    /// <summary>The name under which a limit is stored, shown and compared: <c>weekly_scoped:fable</c> becomes <c>seven_day_fable</c>. Unknown limits keep their names.</summary>
    public static string Canonical(string name) => name switch
    {
        "session" => FiveHour,
        "weekly_all" => SevenDay,
        _ when Rest(name, WeeklyOf) is { } scope => SevenDayOf + Words(scope),
        _ when Rest(name, SessionOf) is { } scope => FiveHourOf + Words(scope),
        _ when Rest(name, SevenDayOf) is { } scope => SevenDayOf + Words(scope),
        _ when Rest(name, FiveHourOf) is { } scope => FiveHourOf + Words(scope),
        _ => name,
    };

    /// <summary>The name of a limit that the usage answer lists by kind.</summary>
    /// <param name="kind"><c>session</c>, <c>weekly_all</c>, <c>weekly_scoped</c> or another.</param>
    /// <param name="scope">The model (or surface) that it is restricted to, as people call it, such as <c>Fable</c>; empty if it applies to all.</param>
    public static string OfKind(string kind, string scope) => Canonical(scope.Length == 0 ? kind : $"{kind}:{Words(scope)}");

    /// <summary>The text that model names contain if a weekly limit applies to them: <c>fable</c> for <c>seven_day_fable</c>. Null for other limits.</summary>
    public static string? ModelOf(string canonical) => Rest(canonical, SevenDayOf)?.Replace('_', '-');

    /// <summary>Whether it is one of the two limits that count every model.</summary>
    public static bool IsGeneral(string canonical) => canonical is FiveHour or SevenDay;

    private static string? Rest(string name, string prefix) =>
        name.Length > prefix.Length && name.StartsWith(prefix, StringComparison.Ordinal) ? name[prefix.Length..] : null;

    private static string Words(string scope) => string.Create(scope.Length, scope, static (span, text) =>
    {
        for (var i = 0; i < span.Length; i++)
        {
            span[i] = char.IsAsciiLetterOrDigit(text[i]) ? char.ToLowerInvariant(text[i]) : '_';
        }
    });
}
