using Ccflux.Receiver.Fleet.Read;
using Ccflux.Receiver.Fleet.Rotation;

namespace Ccflux.Receiver.Fleet.Pages;

/// <summary>Parses pins from forms.</summary>
internal static class PinText
{
    public static PinScope? Scope(string word) => word switch
    {
        "config_dir" => PinScope.ConfigDir,
        "machine" => PinScope.Machine,
        "fleet" => PinScope.Fleet,
        _ => null,
    };

    /// <param name="place"><c>fleet</c>, <c>machine NAME</c> or <c>config_dir AGENT</c>.</param>
    /// <returns>Null if it is not a valid pin, or its target does not exist.</returns>
    public static Pin? Parse(string account, string place, string mode, Board board)
    {
        var parts = place.Split(' ', 2);
        var target = parts.Length > 1 ? parts[1] : "";
        PinMode? known = mode switch { "soft" => PinMode.Soft, "strict" => PinMode.Strict, _ => null };
        var chosen = new FleetAccountId(FleetFormResults.Number(account));
        var isThere = Scope(parts[0]) switch
        {
            PinScope.Fleet => target.Length == 0,
            PinScope.Machine => board.Agents.Any(agent => string.Equals(agent.Machine, target, StringComparison.Ordinal)),
            PinScope.ConfigDir => board.Agents.Any(agent => string.Equals(agent.Id, target, StringComparison.Ordinal)),
            null => false,
        };
        return isThere && known is { } insisting && board.Accounts.Any(one => one.Id == chosen)
            ? new Pin(Scope(parts[0])!.Value, target.Length == 0 ? null : target, chosen, insisting)
            : null;
    }
}
