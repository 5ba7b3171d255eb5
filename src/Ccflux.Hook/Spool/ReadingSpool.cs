using System.Text.Json;
using Ccflux.Contracts.Quota;

namespace Ccflux.Hook.Spool;

/// <summary><c>quota_readings.json</c>: readings to be sent, and what is needed to distinguish news from repetition. Status lines write it, deliver removes
/// what was acknowledged; a process that changes it holds <c>quota.lock</c>.</summary>
internal sealed class ReadingSpool(StateDirectory state)
{
    /// <summary>Reads without the lock: the file is replaced atomically. A damaged file is started over; readings come again with the next change.</summary>
    public QuotaState Read()
    {
        try
        {
            return AtomicFile.Read(state.QuotaReadings) is { } json && JsonSerializer.Deserialize(json, QuotaStateJson.Default.QuotaState) is { } read && IsWhole(read)
                ? read
                : new QuotaState();
        }
        catch (JsonException)
        {
            return new QuotaState();
        }
    }

    /// <summary>Changes the file if <paramref name="change"/> reports a change; false if another process is using it: in any case a status
    /// line must not wait.</summary>
    public bool TryChange(Func<QuotaState, bool> change)
    {
        using var held = DeliverLock.TryTake(state.QuotaLock);
        if (held is null)
        {
            return false;
        }

        var content = Read();
        if (change(content))
        {
            // Not flushed to the disk: that takes longer than a status line may, and what a power failure loses comes again with the next change.
            AtomicFile.Write(state.QuotaReadings, JsonSerializer.SerializeToUtf8Bytes(content, QuotaStateJson.Default.QuotaState), toDisk: false);
        }

        return true;
    }

    /// <summary>Removes readings that need no more sending. If the file is in use they stay and are sent again: the receiver recognises them.</summary>
    public bool TryRemove(IReadOnlyCollection<ReportedReading> done) => TryChange(content => content.Waiting.RemoveAll(done.Contains) > 0);

    private static bool IsWhole(QuotaState read) =>
        read is { Sessions: not null, Latest: not null, Waiting: not null }
        && read.Sessions.TrueForAll(session => session is { Id: not null, Windows: not null } && session.Windows.TrueForAll(window => window is { Name: not null }))
        && read.Latest.Concat(read.Waiting).All(reading => reading is { Window: not null, Account: not null });
}
