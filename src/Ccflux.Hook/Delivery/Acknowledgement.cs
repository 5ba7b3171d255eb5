using System.Text;
using System.Text.Json;
using Ccflux.Contracts.Usage;
using Ccflux.Hook.Spool;

namespace Ccflux.Hook.Delivery;

/// <summary>Records on disk what an acknowledgement changes in addition to the watermarks: the last report, and the identity of the receiver's database.</summary>
internal sealed class Acknowledgement(StateDirectory state, StateLog log, TimeProvider time)
{
    private const int MaxStoreId = 128;

    /// <summary>True if everything must be sent again, now or because an earlier run did not finish it.</summary>
    public bool MustResendAll => File.Exists(state.ResendAll);

    public void Note(ReportReply reply, TurnBatch sent)
    {
        var last = new LastReport(
            time.GetUtcNow(), sent.Turns.Count, reply.Accepted, reply.Unchanged, sent with { Turns = [sent.Turns.MaxBy(turn => turn.EndedUtc)!] });
        AtomicFile.Write(state.LastReport, JsonSerializer.SerializeToUtf8Bytes(last, StateJson.Default.LastReport));
        var expired = reply.Expired > 0 ? $", {reply.Expired} older than the receiver keeps" : "";
        log.Activity($"report: {Plural.Of(sent.Turns.Count, "turn")} acknowledged ({reply.Accepted} new or better, {reply.Unchanged} unchanged{expired})");
        NoteStore(reply.Store);
    }

    /// <summary>Removes the mark, unless another change of database has set it again since.</summary>
    public void ResentAll()
    {
        if (new FileInfo(state.ResendAll) is { Exists: true, Length: 0 })
        {
            File.Delete(state.ResendAll);
        }
    }

    private void NoteStore(string store)
    {
        if (store.Length is 0 or > MaxStoreId)
        {
            return;
        }

        var known = AtomicFile.Read(state.Store) is { } bytes ? Encoding.UTF8.GetString(bytes) : null;
        if (string.Equals(known, store, StringComparison.Ordinal))
        {
            return;
        }

        if (known is not null)
        {
            // The mark is written before the new name: after a crash in between, the next answer finds the change again.
            AtomicFile.Write(state.ResendAll, "reset"u8);
            log.Activity("report: the receiver's database was replaced; everything is sent again");
        }

        AtomicFile.Write(state.Store, Encoding.UTF8.GetBytes(store));
        Fault.Point(Fault.StoreNoted);
    }
}
