using System.Text.Json;
using Ccflux.Hook.Spool;

namespace Ccflux.Hook.Delivery;

/// <summary>The receiver's cap on new sessions per day. Once it is reached, sessions that the receiver knows continue, and new ones wait until the next day: they are not even
/// read, because each would be refused.</summary>
internal sealed class SessionCap
{
    /// <summary>A longer wait is not trusted, nor is a file written with a wrong clock.</summary>
    private static readonly TimeSpan s_longest = TimeSpan.FromHours(24);

    private readonly StateDirectory _state;
    private readonly TimeProvider _time;
    private readonly CapNote? _note;
    private readonly HashSet<string> _held = new(StringComparer.Ordinal);
    private DateTimeOffset? _until;

    private SessionCap(StateDirectory state, TimeProvider time, CapNote? note, bool asksAgain)
    {
        (_state, _time, _note) = (state, time, note);
        var now = time.GetUtcNow();
        _until = !asksAgain && note is not null && note.Until > now && note.Until <= now + s_longest ? note.Until : null;
    }

    /// <summary>Null if new sessions may be sent.</summary>
    public DateTimeOffset? Until => _until;

    /// <summary>Number of sessions held back in this run.</summary>
    public int Held => _held.Count;

    /// <summary>What an earlier run left undone, if its wait is over.</summary>
    public CapNote? Due => _until is null ? _note : null;

    /// <param name="state">The state directory.</param>
    /// <param name="time">The clock.</param>
    /// <param name="asksAgain">Ask the receiver again, for a backfill that the user starts: the cap may have been raised since.</param>
    public static SessionCap Load(StateDirectory state, TimeProvider time, bool asksAgain = false) => new(state, time, Read(state), asksAgain);

    /// <summary>Whether a session must wait: as far as is known here it is new to the receiver, on a day on which it accepts no more.</summary>
    public bool Holds(string sessionId)
    {
        var holds = _until is not null && IsNew(sessionId);
        if (holds)
        {
            _held.Add(sessionId);
        }

        return holds;
    }

    /// <summary>Records that the receiver refused this session alone. One that it knew before hit another cap (that of model names), which says nothing about new sessions.</summary>
    public void Met(string sessionId, TimeSpan? wait)
    {
        _held.Add(sessionId);
        if (IsNew(sessionId))
        {
            var now = _time.GetUtcNow();
            _until = wait is { } asked && asked > TimeSpan.Zero && asked <= s_longest ? now + asked : new DateTimeOffset(now.UtcDateTime.Date.AddDays(1), TimeSpan.Zero);
        }
    }

    /// <summary>Records what this run left, for the first run of the next day; forgets what an earlier run left, once that is done.</summary>
    /// <param name="everything">Whether the run looked at every transcript.</param>
    /// <param name="since">If so, only those written to since then; null for all.</param>
    /// <param name="isDone">Whether it was completed.</param>
    public void Save(bool everything, DateTimeOffset? since, bool isDone)
    {
        if (_until is { } until)
        {
            var note = everything ? new CapNote(until, true, SinceWithEarlier(since)) : new CapNote(until, _note?.Everything == true, _note?.Since);
            if (note != _note)
            {
                AtomicFile.Write(_state.DailyCap, JsonSerializer.SerializeToUtf8Bytes(note, StateJson.Default.CapNote));
            }
        }
        else if (_note is not null && isDone)
        {
            File.Delete(_state.DailyCap);
        }
    }

    /// <summary>The earlier start of this backfill and an unfinished one; null for all.</summary>
    public DateTimeOffset? SinceWithEarlier(DateTimeOffset? since) =>
        _note is not { Everything: true } earlier ? since
        : since is null || earlier.Since is null ? null
        : since < earlier.Since ? since : earlier.Since;

    private static CapNote? Read(StateDirectory state)
    {
        try
        {
            return AtomicFile.Read(state.DailyCap) is { } json ? JsonSerializer.Deserialize(json, StateJson.Default.CapNote) : null;
        }
        catch (JsonException)
        {
            return null; // damaged: the receiver will state its cap again
        }
    }

    private bool IsNew(string sessionId) => !File.Exists(_state.Offset(sessionId));
}
