namespace Ccflux.Receiver.Quota;

/// <summary>Hears of an account's readings after they were stored.</summary>
internal interface IReadingObserver
{
    /// <param name="accountId">Of the table <c>quota_accounts</c>.</param>
    Task ReadingsStoredAsync(long accountId);
}
