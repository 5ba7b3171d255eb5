using Ccflux.Contracts.Usage;

namespace Ccflux.Hook.Transcript;

/// <summary>Sums of one model's messages in a turn. A message can be removed again if a better row of it turns up.</summary>
internal sealed class ModelSum
{
    private const int Over100k = 100_000;
    private const int Over200k = 200_000;
    private const int Fields = 5;
    private const int Sets = 4;

    // Four sets of five: all messages, prompts over 100k, over 200k, fast; input, output, cache read, cache write, of which 1h.
    private readonly long[] _sums = new long[Sets * Fields];
    private long _subagentTokens;
    private int _partial;

    public int Messages { get; private set; }

    public void Add(in MessageUsage usage) => Change(usage, 1);

    public void Remove(in MessageUsage usage) => Change(usage, -1);

    /// <summary><paramref name="sign"/>: 1 to add, -1 to remove.</summary>
    public void Change(in MessageUsage usage, int sign)
    {
        Change(0, usage, sign);
        if (usage.Prompt > Over100k)
        {
            Change(1, usage, sign);
        }

        if (usage.Prompt > Over200k)
        {
            Change(2, usage, sign);
        }

        if (usage.Fast)
        {
            Change(3, usage, sign);
        }

        Messages += sign;
        _partial += usage.Partial ? sign : 0;
        _subagentTokens += usage.Subagent ? sign * usage.Total : 0;
    }

    public ModelUsage ToReport() => new()
    {
        InputTokens = _sums[0],
        OutputTokens = _sums[1],
        CacheReadTokens = _sums[2],
        CacheWriteTokens = _sums[3],
        CacheWrite1hTokens = _sums[4],
        Messages = Messages,
        SubagentTokens = _subagentTokens,
        Partial = _partial > 0,
        Over100k = Counts(1),
        Over200k = Counts(2),
        Fast = Counts(3),
    };

    public void Write(BinaryWriter writer)
    {
        foreach (var sum in _sums)
        {
            writer.Write7BitEncodedInt64(sum);
        }

        writer.Write7BitEncodedInt64(_subagentTokens);
        writer.Write7BitEncodedInt(_partial);
        writer.Write7BitEncodedInt(Messages);
    }

    public static ModelSum Read(BinaryReader reader)
    {
        var sum = new ModelSum();
        for (var i = 0; i < sum._sums.Length; i++)
        {
            sum._sums[i] = reader.Read7BitEncodedInt64();
        }

        sum._subagentTokens = reader.Read7BitEncodedInt64();
        sum._partial = reader.Read7BitEncodedInt();
        sum.Messages = reader.Read7BitEncodedInt();
        return sum;
    }

    private void Change(int set, in MessageUsage usage, int sign)
    {
        var sums = _sums.AsSpan(set * Fields, Fields);
        sums[0] += sign * usage.Input;
        sums[1] += sign * usage.Output;
        sums[2] += sign * usage.CacheRead;
        sums[3] += sign * usage.CacheWrite;
        sums[4] += sign * usage.CacheWrite1h;
    }

    private TokenCounts? Counts(int set)
    {
        var sums = _sums.AsSpan(set * Fields, Fields);
        return sums.ContainsAnyExcept(0L)
            ? new TokenCounts
            {
                InputTokens = sums[0],
                OutputTokens = sums[1],
                CacheReadTokens = sums[2],
                CacheWriteTokens = sums[3],
                CacheWrite1hTokens = sums[4],
            }
            : null;
    }
}
