using System.Runtime.InteropServices;

namespace Ccflux.Receiver.Telemetry.Receive;

/// <summary>Limits how much of a shared resource each user may use. A user who uses nothing takes no room here.</summary>
internal sealed class CallerShares(long limit)
{
    private readonly Dictionary<long, long> _held = [];
    private readonly Lock _lock = new();

    /// <param name="user">Null for the organisation's token, which has no share of its own.</param>
    /// <param name="amount">A negative amount is returned.</param>
    public bool TryTake(long? user, long amount)
    {
        if (user is not { } key)
        {
            return true;
        }

        lock (_lock)
        {
            ref var held = ref CollectionsMarshal.GetValueRefOrAddDefault(_held, key, out _);
            var fits = amount <= 0 || held + amount <= limit;
            held += fits ? amount : 0;
            if (held <= 0)
            {
                _held.Remove(key);
            }

            return fits;
        }
    }
}
