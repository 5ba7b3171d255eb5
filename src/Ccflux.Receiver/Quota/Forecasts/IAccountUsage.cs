namespace Ccflux.Receiver.Quota.Forecasts;

/// <summary>A port: how many tokens an account used. Without an implementation there is no estimate.</summary>
internal interface IAccountUsage
{
    /// <summary>Billed tokens (input and output) of each span's users in its period, in the order of the spans; null if no user is known for it.</summary>
    ValueTask<IReadOnlyList<long?>> TokensAsync(IReadOnlyList<UsageSpan> spans, CancellationToken cancellationToken);
}

/// <summary>Without usage, nothing is known about an account's tokens.</summary>
internal sealed class NoAccountUsage : IAccountUsage
{
    public ValueTask<IReadOnlyList<long?>> TokensAsync(IReadOnlyList<UsageSpan> spans, CancellationToken cancellationToken) =>
        ValueTask.FromResult<IReadOnlyList<long?>>(new long?[spans.Count]);
}

/// <summary>Who used an account, and when.</summary>
/// <param name="Users">The users whose status lines show it.</param>
/// <param name="Email">The account's own e-mail address, used if no status line shows the account; empty if unknown.</param>
/// <param name="From">Included.</param>
/// <param name="To">Not included.</param>
internal readonly record struct UsageSpan(IReadOnlyList<long> Users, string Email, DateTimeOffset From, DateTimeOffset To);
