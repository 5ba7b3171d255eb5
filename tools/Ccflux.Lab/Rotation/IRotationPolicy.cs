using System.Runtime.InteropServices;

namespace Ccflux.Lab.Rotation;

/// <summary>What says which account each config dir wants. It sees readings, never the truth.</summary>
internal interface IRotationPolicy
{
    /// <summary>An account was read.</summary>
    void Read(int account, in SimulatedReading reading);

    /// <summary>A tick.</summary>
    /// <param name="now">Seconds from the start.</param>
    /// <param name="configDirs">As they are; the policy sets what each wants.</param>
    void Choose(int now, SimulatedConfigDir[] configDirs);
}

/// <summary>What a poll, or a refused request, shows: whole percents.</summary>
/// <param name="At">When.</param>
/// <param name="FiveHour">Percent.</param>
/// <param name="FiveHourReset">0 where no window is open.</param>
/// <param name="SevenDay">Percent.</param>
/// <param name="SevenDayReset">When.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct SimulatedReading(int At, int FiveHour, int FiveHourReset, int SevenDay, int SevenDayReset)
{
    public bool IsBlockedAt(int now) => (FiveHour >= 100 && FiveHourReset > now) || (SevenDay >= 100 && SevenDayReset > now);

    /// <summary>Percent left in the fuller window.</summary>
    public int LeftAt(int now) => 100 - Math.Max(FiveHourReset > now ? FiveHour : 0, SevenDayReset > now ? SevenDay : 0);
}

/// <summary>A config dir of the simulation.</summary>
[StructLayout(LayoutKind.Auto)]
internal struct SimulatedConfigDir
{
    /// <summary>The account in use; -1 is none.</summary>
    public int Active;

    /// <summary>What the policy wants; a running tool call puts it off.</summary>
    public int Wanted;

    public int BusyUntil;
    public int LastSwitch;
}
