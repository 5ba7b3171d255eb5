using System.Runtime.InteropServices;
using Ccflux.Receiver.Fleet;
using Ccflux.Receiver.Fleet.Rotation;

namespace Ccflux.Lab.Rotation;

/// <summary>The rule itself, fed with the readings of the simulation.</summary>
internal sealed class EnginePolicy : IRotationPolicy
{
    private const int Kept = 12;
    private static readonly DateTimeOffset s_start = new(2026, 1, 5, 0, 0, 0, TimeSpan.Zero);

    private readonly RotationSettings _settings;
    private readonly AccountState[] _accounts;
    private readonly ConfigDirState[] _configDirs;
    private readonly List<Sample>[] _fiveHour;
    private readonly List<Sample>[] _sevenDay;
    private IReadOnlySet<FleetAccountId> _cooling = new HashSet<FleetAccountId>();

    public EnginePolicy(Fortnight fortnight, RotationSettings settings)
    {
        _settings = settings;
        _accounts = [.. Enumerable.Range(0, fortnight.Accounts.Count).Select(id => new AccountState(new FleetAccountId(id), null, null))];
        _configDirs = [.. Enumerable.Range(0, fortnight.ConfigDirs).Select(id => new ConfigDirState(id.ToString(CultureInfo.InvariantCulture), "", null))];
        _fiveHour = [.. _accounts.Select(_ => new List<Sample>(Kept + 1))];
        _sevenDay = [.. _accounts.Select(_ => new List<Sample>(Kept + 1))];
    }

    public void Read(int account, in SimulatedReading reading)
    {
        var at = At(reading.At);
        _accounts[account] = new AccountState(
            new FleetAccountId(account),
            new WindowState(reading.FiveHour, reading.FiveHourReset == 0 ? null : At(reading.FiveHourReset), at, Keep(_fiveHour[account], at, reading.FiveHour, Velocity.FiveHourSpan)),
            new WindowState(reading.SevenDay, At(reading.SevenDayReset), at, Keep(_sevenDay[account], at, reading.SevenDay, Velocity.SevenDaySpan)))
        {
            Cooling = _cooling.Contains(new FleetAccountId(account)),
        };
    }

    public void Choose(int now, SimulatedConfigDir[] configDirs)
    {
        for (var index = 0; index < configDirs.Length; index++)
        {
            ref var configDir = ref configDirs[index];
            var busy = configDir.BusyUntil > now;
            var known = _configDirs[index];
            if ((known.Active?.Value ?? -1) != configDir.Active || known.OpenCalls > 0 != busy)
            {
                _configDirs[index] = known with
                {
                    Active = configDir.Active < 0 ? null : new FleetAccountId(configDir.Active),
                    LastSwitch = configDir.LastSwitch < 0 ? null : At(configDir.LastSwitch),
                    OpenCalls = busy ? 1 : 0,
                };
            }
        }

        var decision = RotationRule.Decide(new FleetState(_settings, _accounts, _configDirs, []), At(now));
        for (var index = 0; index < configDirs.Length; index++)
        {
            var verdict = decision.ConfigDirs[index];
            configDirs[index].Wanted = verdict.Verdict is Verdict.Switch or Verdict.Deferred ? (int)verdict.To!.Value.Value : configDirs[index].Active;
        }

        Remember(decision.Cooling);
    }

    private void Remember(IReadOnlySet<FleetAccountId> cooling)
    {
        if (!cooling.SetEquals(_cooling))
        {
            _cooling = cooling;
            for (var account = 0; account < _accounts.Length; account++)
            {
                _accounts[account] = _accounts[account] with { Cooling = cooling.Contains(new FleetAccountId(account)) };
            }
        }
    }

    private static double Keep(List<Sample> samples, DateTimeOffset at, double used, TimeSpan span)
    {
        if (samples.Count == Kept)
        {
            samples.RemoveAt(0);
        }

        samples.Add(new Sample(at, used));
        return Velocity.PerMinute(CollectionsMarshal.AsSpan(samples), span);
    }

    private static DateTimeOffset At(int seconds) => s_start.AddSeconds(seconds);
}
