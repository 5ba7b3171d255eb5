using System.Runtime.InteropServices;

namespace Ccflux.Lab.Rotation;

/// <summary>What a policy made of a fortnight.</summary>
/// <param name="Used">Tokens that were served.</param>
/// <param name="Perished">Tokens that were left in 7-day windows as they ended.</param>
/// <param name="Requests">How many were sent.</param>
/// <param name="Interruptions">Requests that met a blocked account.</param>
/// <param name="Switches">How often a config dir got another account.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Outcome(int Used, int Perished, int Requests, int Interruptions, int Switches)
{
    public static Outcome operator +(Outcome one, Outcome other) => new(
        one.Used + other.Used, one.Perished + other.Perished, one.Requests + other.Requests, one.Interruptions + other.Interruptions, one.Switches + other.Switches);
}

/// <summary>Plays a fortnight under a policy, which is asked every tick and sees what polls and refusals show.</summary>
internal sealed class FortnightRun
{
    private const int Tick = 30;
    private const int PollSeconds = 180;
    private const int PollJitter = 18;

    private readonly Fortnight _fortnight;
    private readonly IRotationPolicy _policy;
    private readonly Meter[] _meters;
    private readonly SimulatedConfigDir[] _configDirs;
    private readonly Random _random;
    private int _interruptions;
    private int _switches;

    private FortnightRun(Fortnight fortnight, IRotationPolicy policy)
    {
        _fortnight = fortnight;
        _policy = policy;
        _random = new Random(fortnight.Seed);
        _meters = [.. fortnight.Accounts.Select(account => new Meter(account, _random.Next(PollSeconds)))];
        _configDirs = new SimulatedConfigDir[fortnight.ConfigDirs];
        Array.Fill(_configDirs, new SimulatedConfigDir { Active = -1, Wanted = -1, LastSwitch = -1 });
    }

    public static Outcome Of(Fortnight fortnight, IRotationPolicy policy) => new FortnightRun(fortnight, policy).Play();

    private Outcome Play()
    {
        for (var account = 0; account < _meters.Length; account++)
        {
            _policy.Read(account, _meters[account].Show(0));
        }

        var next = 0;
        for (var now = 0; now < Fortnight.Seconds; now += Tick)
        {
            for (; next < _fortnight.Requests.Length && _fortnight.Requests[next].At < now; next++)
            {
                Request(_fortnight.Requests[next]);
            }

            Poll(now);
            _policy.Choose(now, _configDirs);
            Swap(now);
        }

        for (; next < _fortnight.Requests.Length; next++)
        {
            Request(_fortnight.Requests[next]);
        }

        var (used, perished) = (0, 0);
        foreach (var meter in _meters)
        {
            meter.Roll(Fortnight.Seconds - 1);
            used += meter.Served;
            perished += meter.Perished;
        }

        return new Outcome(used, perished, _fortnight.Requests.Length, _interruptions, _switches);
    }

    private void Request(in SimulatedRequest request)
    {
        ref var configDir = ref _configDirs[request.ConfigDir];
        if (configDir.Active < 0 || !_meters[configDir.Active].TryUse(request.At))
        {
            _interruptions++;
        }
        else
        {
            configDir.BusyUntil = Math.Max(configDir.BusyUntil, request.BusyUntil);
        }
    }

    private void Poll(int now)
    {
        for (var account = 0; account < _meters.Length; account++)
        {
            var meter = _meters[account];
            if (meter.Refused || meter.NextPoll <= now)
            {
                var reading = meter.Show(now);
                if (meter.NextPoll <= now)
                {
                    meter.NextPoll = now + PollSeconds + _random.Next(PollJitter + 1);
                    meter.NextPoll = Sooner(meter.NextPoll, reading.FiveHourReset, now);
                    meter.NextPoll = Sooner(meter.NextPoll, reading.SevenDayReset, now);
                }

                _policy.Read(account, reading);
            }
        }
    }

    /// <summary>A poll that would come after a reset is moved to just after it.</summary>
    private static int Sooner(int poll, int reset, int now) => reset > now && reset + 5 < poll ? reset + 5 : poll;

    private void Swap(int now)
    {
        foreach (ref var configDir in _configDirs.AsSpan())
        {
            if (configDir.Wanted != configDir.Active && configDir.BusyUntil <= now)
            {
                _switches += configDir.Active < 0 ? 0 : 1;
                configDir.Active = configDir.Wanted;
                configDir.LastSwitch = now;
            }
        }
    }
}
