using System.Runtime.InteropServices;

namespace Ccflux.Hook.Transcript;

/// <summary>The usage stated by one row of an API message.</summary>
[StructLayout(LayoutKind.Auto)]
internal struct MessageUsage
{
    /// <summary>Upper bound: no message comes near it, and a larger figure is invalid. With it no sum can overflow.</summary>
    public const long MaxTokens = 1_000_000_000;

    /// <summary>Advisors of one message above this number are not counted.</summary>
    public const int MaxAdvisors = 64;

    public string? Model;
    public long Input;
    public long Output;
    public long CacheRead;
    public long CacheWrite;
    public long CacheWrite1h;
    public bool Fast;

    /// <summary>The row was written before the message's final figures were known.</summary>
    public bool Partial;

    /// <summary>Every row of the message seen so far was written by a subagent.</summary>
    public bool Subagent;

    /// <summary>Answered with <c>inference_geo: "us"</c>.</summary>
    public bool InUs;

    /// <summary>Answered with <c>service_tier: "batch"</c>.</summary>
    public bool Batch;

    /// <summary>Answered with <c>service_tier: "priority"</c>.</summary>
    public bool Priority;

    /// <summary>The cache writes are stated by lifetime.</summary>
    public bool Split;

    /// <summary>Of an advisor: its place among the message's steps.</summary>
    public int Step;

    /// <summary>Web searches within the message.</summary>
    public int WebSearches;

    /// <summary>Usage of models that advised the one that answered. It is not included in the figures above.</summary>
    public MessageUsage[]? Advisors;

    public readonly long Prompt => Input + CacheRead + CacheWrite;

    public readonly long Total => Prompt + Output;

    /// <summary>The order of two rows' figures, as the receiver has it: of one request, the greater is the later.</summary>
    public readonly int CompareFigures(in MessageUsage other)
    {
        var order = Output.CompareTo(other.Output);
        order = order != 0 ? order : Total.CompareTo(other.Total);
        order = order != 0 ? order : Input.CompareTo(other.Input);
        return order != 0 ? order : CacheRead.CompareTo(other.CacheRead);
    }

    /// <summary>Whether this row's figures replace those of another row of the same message: the larger output wins,
    /// then the larger sum, then the final one. The two are never mixed.</summary>
    public readonly bool IsBetterThan(in MessageUsage other)
    {
        if (Output != other.Output)
        {
            return Output > other.Output;
        }

        return Total != other.Total ? Total > other.Total : other.Partial && !Partial;
    }

    /// <summary>A hash of the model and the prompt's figures; never 0.</summary>
    public readonly ulong HashOfPrompt() =>
        IdHash.Of([IdHash.Of(System.Text.Encoding.UTF8.GetBytes(Model!)), (ulong)Input, (ulong)CacheRead, (ulong)CacheWrite]);

    public readonly void Write(BinaryWriter writer)
    {
        writer.Write(Model!);
        writer.Write7BitEncodedInt64(Input);
        writer.Write7BitEncodedInt64(Output);
        writer.Write7BitEncodedInt64(CacheRead);
        writer.Write7BitEncodedInt64(CacheWrite);
        writer.Write7BitEncodedInt64(CacheWrite1h);
        writer.Write((byte)((Fast ? 1 : 0) | (Partial ? 2 : 0) | (Subagent ? 4 : 0)));
    }

    public static MessageUsage Read(BinaryReader reader)
    {
        var usage = new MessageUsage
        {
            Model = reader.ReadString(),
            Input = reader.Read7BitEncodedInt64(),
            Output = reader.Read7BitEncodedInt64(),
            CacheRead = reader.Read7BitEncodedInt64(),
            CacheWrite = reader.Read7BitEncodedInt64(),
            CacheWrite1h = reader.Read7BitEncodedInt64(),
        };
        var flags = reader.ReadByte();
        usage.Fast = (flags & 1) != 0;
        usage.Partial = (flags & 2) != 0;
        usage.Subagent = (flags & 4) != 0;
        return usage;
    }
}
