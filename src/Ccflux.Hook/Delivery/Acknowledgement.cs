using System.Globalization;
using System.Text;
using System.Text.Json;
using Ccflux.Contracts.Usage;
using Ccflux.Hook.Spool;
using Ccflux.Hook.Transcript;

namespace Ccflux.Hook.Delivery;

/// <summary>Records on disk what an acknowledgement changes in addition to the outbox: the last report, the pauses that were sent, and the identity of the receiver's database.</summary>
internal sealed class Acknowledgement(StateDirectory state, StateLog log, TimeProvider time)
{
    private const int MaxStoreId = 128;

    /// <summary>True if everything must be sent again, now or because an earlier run did not finish it.</summary>
    public bool MustResendAll => File.Exists(state.ResendAll);

    public void Note(ReportReply reply, RequestBatch sent)
    {
        var requests = sent.Sessions.Sum(session => session.Requests.Count);
        var last = new LastReport(time.GetUtcNow(), requests, reply.Accepted, reply.Unchanged, Newest(sent));
        AtomicFile.Write(state.LastReport, JsonSerializer.SerializeToUtf8Bytes(last, StateJson.Default.LastReport));
        var expired = reply.Expired > 0 ? $", {reply.Expired} older than the receiver keeps" : "";
        log.Activity($"report: {Plural.Of(requests, "request")} acknowledged ({reply.Accepted} new or better, {reply.Unchanged} unchanged{expired})");
        NoteStore(reply.Store);
    }

    /// <summary>The latest pauses, if the receiver does not know them as they are now; else null.</summary>
    public IReadOnlyList<ReportedPause>? PausesToSend(PausedIntervals paused, int max)
    {
        var pauses = paused.Intervals.TakeLast(max).Select(interval => new ReportedPause(interval.From.ToUnixTimeMilliseconds(), interval.Until?.ToUnixTimeMilliseconds())).ToArray();
        return pauses.Length == 0 || (AtomicFile.Read(state.PausesSent) is { } known && known.AsSpan().SequenceEqual(Mark(pauses))) ? null : pauses;
    }

    public void NotePauses(IReadOnlyList<ReportedPause>? sent)
    {
        if (sent is not null)
        {
            AtomicFile.Write(state.PausesSent, Mark(sent));
        }
    }

    /// <summary>Calls an action once per resend, however often it is interrupted: the mark records whether that was done.</summary>
    public void ForgetOnce(Action forget)
    {
        if (AtomicFile.Read(state.ResendAll) is { Length: > 0 })
        {
            File.Delete(state.PausesSent);
            forget();
            AtomicFile.Write(state.ResendAll, []);
        }
    }

    /// <summary>Removes the mark, unless another change of database has set it again since.</summary>
    public void ResentAll()
    {
        if (new FileInfo(state.ResendAll) is { Exists: true, Length: 0 })
        {
            File.Delete(state.ResendAll);
        }
    }

    /// <summary>The report with its newest request only, or its newest turn.</summary>
    private static RequestBatch Newest(RequestBatch sent)
    {
        var session = sent.Sessions.MaxBy(session => session.Requests.Select(request => request.At).Concat(session.Turns.Select(turn => turn.Ended)).DefaultIfEmpty().Max());
        if (session is null)
        {
            return sent with { Models = [] };
        }

        if (session.Requests.Count == 0)
        {
            return sent with { Models = [], Sessions = [session with { Turns = [.. session.Turns.OrderByDescending(turn => turn.Ended).Take(1)], LimitEvents = null }] };
        }

        var newest = session.Requests.MaxBy(request => request.At);
        return sent with
        {
            Models = [sent.Models[newest.Model]],
            Sessions =
            [
                session with
                {
                    Turns = newest.Turn < 0 ? [] : [session.Turns[newest.Turn]],
                    Requests = [newest with { Model = 0, Turn = newest.Turn < 0 ? -1 : 0 }],
                    LimitEvents = null,
                },
            ],
        };
    }

    private static byte[] Mark(IReadOnlyList<ReportedPause> pauses) =>
        Encoding.ASCII.GetBytes(IdHash.Of([.. pauses.SelectMany(pause => new[] { (ulong)pause.From, (ulong)(pause.Until ?? -1) })]).ToString("x16", CultureInfo.InvariantCulture));

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
