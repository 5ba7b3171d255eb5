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
}
