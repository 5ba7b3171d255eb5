namespace Ccflux.Receiver.Quota;

/// <summary>Is notified of an account's readings after they were stored.</summary>
internal interface IReadingObserver
{
    /// <param name="accountId">Id in the table <c>quota_accounts</c>.</param>
    Task ReadingsStoredAsync(QuotaAccountId accountId);
}
