namespace Ccflux.Receiver.Quota.Forecasts;

/// <summary>A port: how many tokens an account used. Without an implementation there is no estimate.</summary>
internal interface IAccountUsage
{
    /// <summary>Billed tokens (input and output) of each span's users in its period, in the spans' order; null where nobody is known by it.</summary>
    ValueTask<IReadOnlyList<long?>> TokensAsync(IReadOnlyList<UsageSpan> spans, CancellationToken cancellationToken);
}

/// <summary>Who used an account, and when.</summary>
/// <param name="Users">Those whose status lines show it.</param>
/// <param name="Email">The account's own, for where no status line shows it; empty where it is not known.</param>
/// <param name="From">Included.</param>
/// <param name="To">Not included.</param>
internal readonly record struct UsageSpan(IReadOnlyList<long> Users, string Email, DateTimeOffset From, DateTimeOffset To);
