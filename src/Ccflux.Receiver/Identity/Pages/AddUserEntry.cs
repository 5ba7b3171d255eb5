using Ccflux.Receiver.Identity.Users;

namespace Ccflux.Receiver.Identity.Pages;

/// <summary>What was entered in the form, and why fields were not accepted.</summary>
public sealed record AddUserEntry(string Email, string Division, string Days, IReadOnlyDictionary<string, string> Faults)
{
    public static AddUserEntry Blank { get; } =
        new("", "", UserAdministration.DefaultDays.ToString(CultureInfo.InvariantCulture), new Dictionary<string, string>(StringComparer.Ordinal));
}
