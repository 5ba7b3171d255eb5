namespace Ccflux.Receiver.Usage.Read.Views;

/// <summary>What the table of provisioned users can be narrowed to, as addresses name it; the search finds a status by the same word.</summary>
internal static class SeatViews
{
    public const string Active = "active";
    public const string Silent = "silent";
    public const string Never = "never";
    public const string Expired = "expired";
    public const string Revoked = "revoked";

    public static IReadOnlyList<string> All { get; } = [Active, Expired, Revoked, Never, Silent];
}
