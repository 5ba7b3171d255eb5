using Ccflux.Receiver.Platform.Auth;

namespace Ccflux.Receiver.Telemetry.Read;

/// <summary>What hook reports state about a session's model.</summary>
internal sealed record HookTotals(string Session, string Model, long Input, long Output, long CacheRead, long CacheWrite);

/// <summary>A port: provides the totals of hook reports. Telemetry compares with them and knows nothing else about them.</summary>
internal interface IHookTotals
{
    /// <summary>The totals of these sessions of a user, over all their turns; nothing if the user is outside the data scope.</summary>
    Task<IReadOnlyList<HookTotals>> ReadAsync(string email, IReadOnlyCollection<string> sessions, DataScope allowed, CancellationToken cancellationToken);
}

/// <summary>Used while there are no hook reports.</summary>
internal sealed class NoHookTotals : IHookTotals
{
    public Task<IReadOnlyList<HookTotals>> ReadAsync(string email, IReadOnlyCollection<string> sessions, DataScope allowed, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<HookTotals>>([]);
}
