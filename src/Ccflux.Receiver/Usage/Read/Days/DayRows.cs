using System.Runtime.InteropServices;
using Ccflux.Receiver.Usage.Read.Views;

namespace Ccflux.Receiver.Usage.Read.Days;

/// <summary>What a user used of one model on a day, priced.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct UsageCell(int User, int Model, int Events, long Messages, TokenSums Tokens, decimal Usd, bool IsPriced)
{
    public Cost Cost => new(Usd, IsPriced, !IsPriced);
}

/// <summary>A user's turns of a day.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct TurnCell(int User, int Turns, int Failed);

/// <summary>How many of a user's sessions were active on a day, by the day they were active before (-1: none).</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct SessionCell(int User, int PreviousDay, int Count);

/// <summary>A 5-hour window that began on a day.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct WindowCell(int User, long StartAt, long LastAt, int Turns, int Sessions, TokenSums Tokens)
{
    public const long Length = 5 * 3_600_000L;

    public long EndsAt => StartAt + Length;

    /// <summary>Open while both its start and its last event are less than five hours ago.</summary>
    public bool IsOpen(long now) => now - StartAt < Length && now - LastAt < Length;
}

/// <summary>One UTC day's rollups, each list by user.</summary>
internal sealed record DayRows(int Day, UsageCell[] Usage, TurnCell[] Turns, SessionCell[] Sessions, WindowCell[] Windows)
{
    public static DayRows Empty(int day) => new(day, [], [], [], []);

    public int Count => Usage.Length + Turns.Length + Sessions.Length + Windows.Length;
}
