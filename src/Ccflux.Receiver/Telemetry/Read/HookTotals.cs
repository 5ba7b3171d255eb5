namespace Ccflux.Receiver.Telemetry.Read;

/// <summary>What hook reports say of a session's model.</summary>
internal sealed record HookTotals(string Session, string Model, long Input, long Output, long CacheRead, long CacheWrite);

/// <summary>Where hook reports are kept. Telemetry compares with them and knows no more of it.</summary>
internal interface IHookTotals
{
    /// <summary>The totals of these sessions of a user, all their turns.</summary>
    Task<IReadOnlyList<HookTotals>> ReadAsync(string email, IReadOnlyCollection<string> sessions, CancellationToken cancellationToken);
}

/// <summary>While there are no hook reports.</summary>
internal sealed class NoHookTotals : IHookTotals
{
    public Task<IReadOnlyList<HookTotals>> ReadAsync(string email, IReadOnlyCollection<string> sessions, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<HookTotals>>([]);
}
