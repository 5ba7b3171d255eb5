using System.Runtime.InteropServices;

namespace Ccflux.Receiver.Usage.Copies;

/// <summary>A request of one user that another user has too.</summary>
/// <param name="User">Whose.</param>
/// <param name="At">Epoch milliseconds.</param>
/// <param name="Session">Key of the session; 0 if it is not known.</param>
/// <param name="Tokens">Of all four kinds.</param>
/// <param name="Counts">It is in the user's sums.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct HeldRequest(long User, long At, long Session, long Tokens, bool Counts);

/// <summary>What a user has that another user has too.</summary>
internal sealed class SharedPair
{
    public long Requests { get; set; }

    /// <summary>Of these: those that count for both.</summary>
    public long Counted { get; set; }

    public long Tokens { get; set; }

    public long Sessions { get; set; }

    /// <summary>Epoch milliseconds, as is the last.</summary>
    public long First { get; set; } = long.MaxValue;

    public long Last { get; set; }
}

/// <summary>Sums of requests that several users have, for each user and each other user. Bounded, whatever is reported.</summary>
internal sealed class SharedPairs
{
    /// <summary>The maximum number of pairs; two users are two. Further ones are not named.</summary>
    public const int MaxPairs = 10_000;

    /// <summary>Of a request that more users have, only the first of them are compared.</summary>
    public const int MaxHolders = 16;

    /// <summary>The maximum number of sessions of all pairs; further ones are not counted.</summary>
    private const int MaxSessions = 500_000;

    private readonly Dictionary<(long User, long Other), SharedPair> _pairs = [];
    private readonly HashSet<(SharedPair Pair, long Session)> _sessions = [];

    public IReadOnlyDictionary<(long User, long Other), SharedPair> Found => _pairs;

    /// <summary>Whether a bound left something out.</summary>
    public bool IsCut { get; private set; }

    /// <param name="holders">The rows of one key, each of another user.</param>
    public void Add(ReadOnlySpan<HeldRequest> holders)
    {
        if (holders.Length > MaxHolders)
        {
            IsCut = true;
            holders = holders[..MaxHolders];
        }

        foreach (var own in holders)
        {
            foreach (var other in holders)
            {
                if (own.User != other.User && Pair(own.User, other.User) is { } pair)
                {
                    Add(pair, own, own.Counts && other.Counts);
                }
            }
        }
    }

    private void Add(SharedPair pair, in HeldRequest own, bool isCounted)
    {
        pair.Requests++;
        pair.Counted += isCounted ? 1 : 0;
        pair.Tokens = Saturating.Add(pair.Tokens, own.Tokens);
        pair.First = Math.Min(pair.First, own.At);
        pair.Last = Math.Max(pair.Last, own.At);
        if (own.Session == 0 || _sessions.Contains((pair, own.Session)))
        {
            return;
        }

        if (_sessions.Count >= MaxSessions)
        {
            IsCut = true;
            return;
        }

        _sessions.Add((pair, own.Session));
        pair.Sessions++;
    }

    private SharedPair? Pair(long user, long other)
    {
        if (_pairs.TryGetValue((user, other), out var pair))
        {
            return pair;
        }

        if (_pairs.Count >= MaxPairs)
        {
            IsCut = true;
            return null;
        }

        return _pairs[(user, other)] = new SharedPair();
    }
}
