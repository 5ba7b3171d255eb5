using System.Runtime.InteropServices;
using Ccflux.Contracts.Usage;

namespace Ccflux.Hook.Transcript;

/// <summary>A request, as far as some rows of transcripts tell. <see cref="Merge"/> makes one of several, by the receiver's rules, so that it does not matter which files, copies and
/// pieces of files the rows came from.</summary>
[StructLayout(LayoutKind.Auto)]
internal struct Request
{
    /// <summary>Made by <see cref="RequestKeys"/>.</summary>
    public long Key;

    /// <summary><see cref="Key"/> is made of the API's own id, or of that of the request in which this one was made.</summary>
    public bool HasApiId;

    /// <summary>When the earliest row was written, in epoch milliseconds.</summary>
    public long AtMs;

    /// <summary>The session's id.</summary>
    public string Session;

    /// <summary>The session is the one that made the request, not just one whose transcript has a copy of it.</summary>
    public bool OwnSession;

    /// <summary>Every row stands in a folder of Claude Desktop's agent mode.</summary>
    public bool Desktop;

    public RequestOrigin Origin;

    /// <summary>Key of the turn; 0 if it is not known.</summary>
    public long Turn;

    /// <summary>The model, its figures and terms.</summary>
    public MessageUsage Usage;

    /// <summary>The request of a row.</summary>
    /// <param name="row">The row of a message.</param>
    /// <param name="key">The request's identity.</param>
    /// <param name="atMs">When the row was written.</param>
    /// <param name="session">The session of a row that names none.</param>
    public static Request Of(in TranscriptRow row, long key, long atMs, string session) => new()
    {
        Key = key,
        HasApiId = row.HasApiId,
        AtMs = atMs,
        Session = row.Session ?? session,
        OwnSession = row.OwnSession,
        Origin = row.Sidechain ? RequestOrigin.Subagent : RequestOrigin.Main,
        Usage = row.Usage with { Advisors = null },
    };

    /// <summary>A call to another model that the row's request made, on its terms.</summary>
    public readonly Request Advisor(in MessageUsage step, long key) => this with
    {
        Key = key,
        Origin = RequestOrigin.Advisor,
        Usage = step with { Fast = Usage.Fast, InUs = Usage.InUs, Batch = Usage.Batch, Priority = Usage.Priority, Partial = Usage.Partial },
    };

    /// <summary>Takes over what another report of the same request knows better. Associative, commutative and idempotent.</summary>
    public void Merge(in Request other)
    {
        var terms = Usage;
        MergeFigures(other.Usage);
        Usage.Fast = terms.Fast || other.Usage.Fast;
        Usage.InUs = terms.InUs || other.Usage.InUs;
        Usage.Batch = terms.Batch || other.Usage.Batch;
        Usage.Priority = terms.Priority || other.Usage.Priority;
        MergeSession(other);
        AtMs = Math.Min(AtMs, other.AtMs);
        Desktop &= other.Desktop;
        Origin = (RequestOrigin)Math.Max((byte)Origin, (byte)other.Origin);
        Turn = (long)Math.Max((ulong)Turn, (ulong)other.Turn);
    }

    /// <summary>The greater figures win whole: an answer's output only grows while it is written. With equal figures a name, and a split of the cache writes, may come from either.</summary>
    private void MergeFigures(in MessageUsage other)
    {
        var order = Usage.CompareFigures(other);
        if (order != 0)
        {
            Usage = order > 0 ? Usage : other;
            return;
        }

        var (split, cacheWrite1h) = (Usage.Split, Usage.CacheWrite1h);
        if (other.Split.CompareTo(split) is var better && (better > 0 || (better == 0 && other.CacheWrite1h > cacheWrite1h)))
        {
            (split, cacheWrite1h) = (other.Split, other.CacheWrite1h);
        }

        var partial = Usage.Partial && other.Partial;
        Usage = CompareNames(Usage, other) >= 0 ? Usage : other;
        (Usage.Split, Usage.CacheWrite1h, Usage.Partial) = (split, cacheWrite1h, partial);
    }

    private static int CompareNames(in MessageUsage a, in MessageUsage b)
    {
        var order = a.WebSearches.CompareTo(b.WebSearches);
        return order != 0 ? order : string.CompareOrdinal(a.Model, b.Model);
    }

    /// <summary>The better known session; of equally known ones that with the smallest key, so that a fork's copies stay with one.</summary>
    private void MergeSession(in Request other)
    {
        var isBetter = OwnSession == other.OwnSession
            ? !string.Equals(Session, other.Session, StringComparison.Ordinal) && KeyOf(other.Session) < KeyOf(Session)
            : other.OwnSession;
        if (isBetter)
        {
            (Session, OwnSession) = (other.Session, other.OwnSession);
        }
    }

    private static ulong KeyOf(string session) => (ulong)LedgerKey.OfSession(System.Text.Encoding.UTF8.GetBytes(session));
}
