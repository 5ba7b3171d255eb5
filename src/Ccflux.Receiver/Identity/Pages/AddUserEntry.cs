namespace Ccflux.Receiver.Identity.Pages;

/// <summary>What was typed into the form, and what of it cannot be taken.</summary>
public sealed record AddUserEntry(string Email, string Division, string Days, IReadOnlyDictionary<string, string> Faults)
{
    public const int DefaultDays = 365;

    public static AddUserEntry Blank { get; } = new("", "", DefaultDays.ToString(CultureInfo.InvariantCulture), new Dictionary<string, string>(StringComparer.Ordinal));
}
