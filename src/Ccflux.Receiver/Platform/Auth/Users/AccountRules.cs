namespace Ccflux.Receiver.Platform.Auth.Users;

/// <summary>What may be written about a user.</summary>
internal static class AccountRules
{
    public const int MaxEmail = 254;
    public const int MaxDivision = 128;
    public const int MaxDays = 3650;

    public static string Normalize(string? email) => (email ?? "").Trim().ToLowerInvariant();

    /// <summary>The first thing wrong with the values, or null and the values as they are stored.</summary>
    public static AccountFault? Fault(string? email, string? division, int days, out string address, out string label)
    {
        address = Normalize(email);
        label = (division ?? "").Trim();
        return !IsEmail(address) ? AccountFault.EmailInvalid
            : label.Length > MaxDivision || label.Any(char.IsControl) ? AccountFault.DivisionTooLong
            : days is < 1 or > MaxDays ? AccountFault.DaysOutOfRange
            : null;
    }

    /// <summary>One @ with something before it and a name after it; no spaces or control characters. Whether it exists, only a mail would tell.</summary>
    private static bool IsEmail(string address)
    {
        var at = address.IndexOf('@', StringComparison.Ordinal);
        return address.Length is >= 3 and <= MaxEmail
            && at > 0
            && at == address.LastIndexOf('@')
            && at < address.Length - 1
            && address[^1] != '.'
            && address[at + 1] is not '.' and not '-'
            && !address.AsSpan(at + 1).Contains("..", StringComparison.Ordinal)
            && !address.Any(c => char.IsWhiteSpace(c) || char.IsControl(c));
    }
}
