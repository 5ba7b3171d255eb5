namespace Ccflux.Receiver.Quota.Read;

/// <summary>What an account is called.</summary>
internal static class AccountName
{
    /// <summary>Its label, else its e-mail. Where no e-mail may be shown, a label that looks like one is none, and without a label there is a number.</summary>
    public static string Of(long accountId, string label, string email, bool withEmails)
    {
        if (label.Length > 0 && (withEmails || !label.Contains('@', StringComparison.Ordinal)))
        {
            return label;
        }

        return withEmails && email.Length > 0 ? email : string.Create(CultureInfo.InvariantCulture, $"account {accountId}");
    }
}
