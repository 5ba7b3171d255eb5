namespace Ccflux.Receiver.Usage.Read.Views;

/// <summary>The views of the table of provisioned users, as named in URLs. The search finds a status by the same word.</summary>
internal static class SeatViews
{
    public const string Active = "active";
    public const string Silent = "silent";
    public const string Never = "never";
    public const string Expired = "expired";
    public const string Revoked = "revoked";

    public static IReadOnlyList<string> All { get; } = [Active, Expired, Revoked, Never, Silent];
}
