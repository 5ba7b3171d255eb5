namespace Ccflux.Receiver.Quota.Read;

/// <summary>Names an account.</summary>
internal static class AccountName
{
    /// <summary>Its label, otherwise its e-mail address. Where no e-mail address may be shown, a label that looks like one is ignored, and a number replaces a missing label.</summary>
    public static string Of(QuotaAccountId accountId, string label, string email, bool withEmails)
    {
        if (label.Length > 0 && (withEmails || !label.Contains('@', StringComparison.Ordinal)))
        {
            return label;
        }

        return withEmails && email.Length > 0 ? email : string.Create(CultureInfo.InvariantCulture, $"account {accountId}");
    }
}
