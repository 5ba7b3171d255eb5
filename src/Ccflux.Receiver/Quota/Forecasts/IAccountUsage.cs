namespace Ccflux.Receiver.Quota.Forecasts;

/// <summary>A port: how many tokens an account used. Without an implementation there is no estimate.</summary>
internal interface IAccountUsage
{
    /// <summary>Billed tokens (input and output) of each span's account in its period, in the spans' order; null where it is not known.</summary>
    ValueTask<IReadOnlyList<long?>> TokensAsync(IReadOnlyList<UsageSpan> spans, CancellationToken cancellationToken);
}

/// <param name="Owner">The user whose status line pushes the account; 0 where it is polled.</param>
/// <param name="Email">Of the account; empty where it is not known.</param>
/// <param name="From">Included.</param>
/// <param name="To">Not included.</param>
internal readonly record struct UsageSpan(long Owner, string Email, DateTimeOffset From, DateTimeOffset To);
