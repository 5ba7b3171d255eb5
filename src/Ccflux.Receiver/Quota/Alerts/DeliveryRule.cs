namespace Ccflux.Receiver.Quota.Alerts;

/// <summary>How far a delivery is, as stored.</summary>
/// <param name="State"><see cref="Waiting"/>, <c>delivered</c>, <c>failed</c> (given up) or <c>outdated</c> (its window has reset).</param>
/// <param name="Attempts">How often it was sent, including an attempt in progress.</param>
/// <param name="NextAt">While it waits: when it is due, in epoch milliseconds.</param>
/// <param name="Error">Why the last attempt failed; null if it did not, and while one is in progress.</param>
/// <param name="DeliveredAt">In epoch milliseconds.</param>
internal sealed record DeliveryStatus(string State, long Attempts, long NextAt, string? Error = null, long? DeliveredAt = null)
{
    public const string Waiting = "waiting";

    public static DeliveryStatus Of(AlertRow row) => new(row.State, row.Attempts, row.NextAt, row.Error, row.DeliveredAt);
}

/// <summary>Decides what becomes of a due delivery before and after it is sent. Pure.</summary>
internal static class DeliveryRule
{
    /// <summary>How long a claim lasts: longer than an attempt may take.</summary>
    public static readonly TimeSpan ClaimFor = TimeSpan.FromMinutes(1);

    /// <summary>The wait after each failure; after the last one the delivery is given up.</summary>
    private static readonly TimeSpan[] s_waits = [TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(30)];

    /// <summary>Before it is sent: outdated if its window has reset; otherwise it waits, claimed and with the attempt counted.</summary>
    public static DeliveryStatus Claim(AlertRow row, DateTimeOffset now) => row.ResetsAt <= now.ToUnixTimeMilliseconds()
        ? new DeliveryStatus("outdated", row.Attempts, row.NextAt)
        : new DeliveryStatus(DeliveryStatus.Waiting, row.Attempts + 1, (now + ClaimFor).ToUnixTimeMilliseconds());

    /// <summary>After it was sent.</summary>
    /// <param name="row">The delivery before it was claimed.</param>
    /// <param name="error">Null if it was accepted; otherwise the reason why not.</param>
    /// <param name="now">The current time.</param>
    public static DeliveryStatus After(AlertRow row, string? error, DateTimeOffset now)
    {
        var at = now.ToUnixTimeMilliseconds();
        return error is null ? new DeliveryStatus("delivered", row.Attempts + 1, row.NextAt, DeliveredAt: at)
            : row.Attempts >= s_waits.Length ? new DeliveryStatus("failed", row.Attempts + 1, row.NextAt, error)
            : new DeliveryStatus(DeliveryStatus.Waiting, row.Attempts + 1, at + (long)s_waits[row.Attempts].TotalMilliseconds, error);
    }
}
