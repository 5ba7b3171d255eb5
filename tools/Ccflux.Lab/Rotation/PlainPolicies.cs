namespace Ccflux.Lab.Rotation;

/// <summary>Stays with an account until it blocks, then takes the next one that is not known to be.</summary>
internal sealed class StayUntilBlocked(int accounts) : IRotationPolicy
{
    private readonly SimulatedReading[] _read = new SimulatedReading[accounts];

    public void Read(int account, in SimulatedReading reading) => _read[account] = reading;

    public void Choose(int now, SimulatedConfigDir[] configDirs)
    {
        foreach (ref var configDir in configDirs.AsSpan())
        {
            var first = Math.Max(configDir.Active, 0);
            configDir.Wanted = configDir.Active;
            for (var step = 0; step < _read.Length; step++)
            {
                if (!_read[(first + step) % _read.Length].IsBlockedAt(now))
                {
                    configDir.Wanted = (first + step) % _read.Length;
                    break;
                }
            }
        }
    }
}

/// <summary>Takes the account that has most left in the fuller of its windows, at every tick.</summary>
internal sealed class MostLeftFirst(int accounts) : IRotationPolicy
{
    private readonly SimulatedReading[] _read = new SimulatedReading[accounts];

    public void Read(int account, in SimulatedReading reading) => _read[account] = reading;

    public void Choose(int now, SimulatedConfigDir[] configDirs)
    {
        foreach (ref var configDir in configDirs.AsSpan())
        {
            var best = Math.Max(configDir.Active, 0);
            for (var account = 0; account < _read.Length; account++)
            {
                if (_read[account].LeftAt(now) > _read[best].LeftAt(now))
                {
                    best = account;
                }
            }

            configDir.Wanted = best;
        }
    }
}
