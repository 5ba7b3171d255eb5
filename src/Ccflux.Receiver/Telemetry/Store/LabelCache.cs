using System.Runtime.InteropServices;
using Ccflux.Receiver.Telemetry.Receive.Normalize;
using Ccflux.Storage.Writing;

namespace Ccflux.Receiver.Telemetry.Store;

/// <summary>Caches and writes the labels that subjects state, one row per value, across transactions. A row is written when its value is new, on each new
/// day, and when its time extends by an hour, not for each record. Used on the writer's thread only.</summary>
internal sealed class LabelCache(Action capped)
{
    /// <summary>Values kept per subject and attribute; beyond that, the value stated longest ago is removed.</summary>
    public const int MaxValues = LabelCollector.MaxValues;

    /// <summary>Total rows beyond which none are added under the organisation's token, where senders may claim to be anyone. A user's own token can
    /// always add its user's values, up to <see cref="MaxValues"/> per attribute, whatever others did.</summary>
    public const int MaxRows = 200_000;

    private const int MaxRemembered = 50_000;

    private readonly Dictionary<(long Subject, string Name, string Value), Held> _held = [];
    private long? _rows;

    /// <summary>True if something was written.</summary>
    public bool Put(WriteSession session, long subject, bool isClaimed, LabelRecord label)
    {
        var key = (subject, label.Name, label.Value);
        if (Find(session, key) is { } held)
        {
            if (held.Covers(label))
            {
                return false;
            }

            held = new Held(Math.Min(held.FirstAt, label.FirstAt), Math.Max(held.LastAt, label.LastAt));
            session.Execute(
                LabelSql.Update, ("first_at", held.FirstAt), ("last_at", held.LastAt), ("subject", subject), ("name", label.Name), ("value", label.Value));
            Remember(key, held);
            return true;
        }

        if (!MakeRoom(session, subject, isClaimed, label))
        {
            capped();
            return false;
        }

        session.Execute(
            LabelSql.Insert, ("subject", subject), ("name", label.Name), ("value", label.Value), ("first_at", label.FirstAt), ("last_at", label.LastAt));
        Remember(key, new Held(label.FirstAt, label.LastAt));
        return true;
    }

    /// <summary>Clears the cache when it may be wrong: after a rollback, or when rows were deleted.</summary>
    public void Forget()
    {
        _held.Clear();
        _rows = null;
    }

    private Held? Find(WriteSession session, (long Subject, string Name, string Value) key)
    {
        if (_held.TryGetValue(key, out var known))
        {
            return known;
        }

        using var rows = session.Query(LabelSql.Select, ("subject", key.Subject), ("name", key.Name), ("value", key.Value));
        if (!rows.Read())
        {
            return null;
        }

        known = new Held(rows.Int64(0), rows.Int64(1));
        Remember(key, known);
        return known;
    }

    /// <summary>False if there is no room: for a value older than all that are kept, or beyond <see cref="MaxRows"/>.</summary>
    private bool MakeRoom(WriteSession session, long subject, bool isClaimed, LabelRecord label)
    {
        _rows ??= session.Scalar(LabelSql.Count) ?? 0;
        if (session.Scalar(LabelSql.CountValues, ("subject", subject), ("name", label.Name)) < MaxValues)
        {
            if (isClaimed && _rows >= MaxRows)
            {
                return false;
            }

            _rows++;
            return true;
        }

        var (value, lastAt) = Oldest(session, subject, label.Name);
        if (lastAt > label.LastAt)
        {
            return false;
        }

        session.Execute(LabelSql.Delete, ("subject", subject), ("name", label.Name), ("value", value));
        _held.Remove((subject, label.Name, value));
        capped();
        return true;
    }

    private static (string Value, long LastAt) Oldest(WriteSession session, long subject, string name)
    {
        using var rows = session.Query(LabelSql.SelectOldest, ("subject", subject), ("name", name));
        return rows.Read() ? (rows.Text(0), rows.Int64(1)) : ("", 0);
    }

    private void Remember((long Subject, string Name, string Value) key, Held held)
    {
        if (_held.Count >= MaxRemembered)
        {
            _held.Clear();
        }

        _held[key] = held;
    }

    /// <summary>The time that a row covers, as written.</summary>
    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Held(long FirstAt, long LastAt)
    {
        /// <summary>Whether no row need be written for this: pages distinguish days and, on a day of change, hours.</summary>
        public bool Covers(LabelRecord label) => Reaches(label.FirstAt, FirstAt) && Reaches(LastAt, label.LastAt);

        private static bool Reaches(long end, long at) => at <= end || (at - end < UnixTime.Hour && Clock.Day(at) == Clock.Day(end));
    }
}
