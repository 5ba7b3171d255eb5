using Ccflux.Receiver.Fleet.Read;

namespace Ccflux.Receiver.Fleet.Api;

/// <summary><c>GET /api/status</c>: everything that a status line or a script needs, in one answer.</summary>
/// <param name="ActiveAccount">The account that most live sessions use; null if there are none.</param>
internal sealed record StatusReply(string? ActiveAccount, IReadOnlyList<StatusAccount> Accounts)
{
    public static StatusReply Of(Board board) => new(
        board.Accounts.FirstOrDefault(account => account.IsMain)?.Label,
        [.. board.Accounts.Select(account => new StatusAccount(account.Label, account.Sessions > 0, account.Sessions, new StatusUsage(Window(account.SevenDay, board.At), Window(account.FiveHour, board.At))))]);

    private static StatusWindow? Window(WindowCell? cell, DateTimeOffset now) => cell is null
        ? null
        : new StatusWindow(Math.Round(cell.Used, 3), cell.ResetsAt, cell.ResetsAt is { } at ? (long)Math.Max(0, (at - now).TotalSeconds) : null, cell.ObservedAt);
}

internal sealed record StatusAccount(string Name, bool Active, int Sessions, StatusUsage Usage);

internal sealed record StatusUsage(StatusWindow? SevenDay, StatusWindow? FiveHour);

/// <param name="Utilization">Percent.</param>
internal sealed record StatusWindow(double Utilization, DateTimeOffset? ResetsAt, long? ResetsInSeconds, DateTimeOffset ObservedAt);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(StatusReply))]
internal sealed partial class FleetApiJson : JsonSerializerContext;
