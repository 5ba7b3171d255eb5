using System.Runtime.InteropServices;

namespace Ccflux.Lab.Rotation;

/// <summary>Two weeks of accounts and of requests that want one. Times are whole seconds from its start, which is a Monday's midnight.</summary>
/// <param name="Accounts">What there is to use.</param>
/// <param name="ConfigDirs">How many.</param>
/// <param name="Requests">In the order of their times.</param>
/// <param name="Seed">Of the delays of polls, so that every policy meets the same.</param>
internal sealed record Fortnight(IReadOnlyList<SimulatedAccount> Accounts, int ConfigDirs, SimulatedRequest[] Requests, int Seed)
{
    public const int Seconds = 14 * 86_400;
    public const int Hours = Seconds / SimulatedAccount.Hour;

    /// <summary>Everything that the windows of these two weeks hold: what is left of the running one, and the whole of each that begins.</summary>
    public int Capacity => Accounts.Sum(account => account.Capacity);
}

/// <summary>An account of the simulation.</summary>
/// <param name="FiveHour">Requests of a 5-hour window; it begins with the first request, floored to the hour.</param>
/// <param name="SevenDay">Requests of a 7-day window.</param>
/// <param name="FirstReset">When the running 7-day window ends: a whole hour.</param>
/// <param name="UsedBefore">Requests used of it before the simulation begins.</param>
internal sealed record SimulatedAccount(int FiveHour, int SevenDay, int FirstReset, int UsedBefore)
{
    public const int Week = 7 * 86_400;
    public const int Hour = 3_600;
    public const int FiveHours = 5 * Hour;

    public int Capacity => (SevenDay - UsedBefore) + (SevenDay * ((Fortnight.Seconds - 1 - FirstReset) / Week + 1));
}

/// <summary>A request to the model.</summary>
/// <param name="At">When.</param>
/// <param name="ConfigDir">Whose login it uses.</param>
/// <param name="BusyUntil">When the tool call that its answer asks for has ended; until then the config dir's login must not change.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct SimulatedRequest(int At, int ConfigDir, int BusyUntil);
