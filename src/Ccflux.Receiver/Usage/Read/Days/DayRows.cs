using System.Runtime.InteropServices;
using Ccflux.Receiver.Usage.Read.Views;
using Ccflux.Receiver.Usage.Ledger;
using Ccflux.Storage.Reading;

namespace Ccflux.Receiver.Usage.Read.Days;

/// <summary>A user's usage of one model on one day, priced.</summary>
/// <param name="Unpriced">The model's name, if it has no price on that day.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct UsageCell(int User, int Model, int Events, long Messages, TokenSums Tokens, decimal Usd, string? Unpriced)
{
    public Cost Cost => new(Usd, Unpriced is null, Unpriced is null ? null : [Unpriced]);
}

/// <summary>A user's turns on one day.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct TurnCell(int User, int Turns, int Failed);

/// <summary>How many of a user's sessions were active on a day, by the previous day on which they were active (-1: none).</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct SessionCell(int User, int PreviousDay, int Count);

/// <summary>A 5-hour window that began on a day.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct WindowCell(int User, long StartAt, long LastAt, int Turns, int Sessions, TokenSums Tokens)
{
    public long EndsAt => StartAt + (FiveHourWindows.Hours * UnixTime.Hour);

    public bool IsOpen(long now) => now < EndsAt;
}

/// <summary>One day's sums, each list by user, and their sums over all users, so that a page without a filter need not sum them again.</summary>
internal sealed record DayRows(int Day, UsageCell[] Usage, TurnCell[] Turns, SessionCell[] Sessions, WindowCell[] Windows) : IDayPart
{
    public int Size => Usage.Length + Turns.Length + Sessions.Length + Windows.Length;

    /// <summary>Each model's sums; <see cref="UsageCell.User"/> is 0.</summary>
    public UsageCell[] Models { get; } =
    [
        .. Usage.GroupBy(cell => (cell.Model, cell.Unpriced)).Select(group => new UsageCell(
            0,
            group.Key.Model,
            group.Sum(cell => cell.Events),
            group.Sum(cell => cell.Messages),
            group.Aggregate(default(TokenSums), (sum, cell) => sum + cell.Tokens),
            group.Sum(cell => cell.Usd),
            group.Key.Unpriced)),
    ];

    public TurnCell AllTurns { get; } = new(0, Turns.Sum(cell => cell.Turns), Turns.Sum(cell => cell.Failed));

    /// <summary>All sessions by their previous active day; <see cref="SessionCell.User"/> is 0.</summary>
    public SessionCell[] AllSessions { get; } =
        [.. Sessions.GroupBy(cell => cell.PreviousDay, cell => cell.Count).Select(group => new SessionCell(0, group.Key, group.Sum()))];

    /// <summary>Users with usage on the day.</summary>
    public int[] ActiveUsers { get; } = [.. Usage.Select(cell => cell.User).Distinct()];
}
