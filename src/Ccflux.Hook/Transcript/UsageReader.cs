using System.Runtime.CompilerServices;

namespace Ccflux.Hook.Transcript;

/// <summary>Reads <c>{"input_tokens":5,"cache_creation_input_tokens":13681,"cache_read_input_tokens":0,"output_tokens":44,
/// "cache_creation":{"ephemeral_1h_input_tokens":0,"ephemeral_5m_input_tokens":13681},"server_tool_use":{"web_search_requests":0},
/// "service_tier":"standard","inference_geo":"us","iterations":[{"type":"advisor_message","model":"claude-opus-5-5","input_tokens":9,…}],"speed":"standard",…}</c>.</summary>
internal static class UsageReader
{
    private const int MaxSearches = 1_000_000;

    /// <summary><paramref name="odd"/> is set if a figure is invalid; it counts as 0.</summary>
    public static void Read(ref JsonCursor cursor, ref MessageUsage usage, NameTable models, ref bool odd)
    {
        long fiveMinutes = 0;
        cursor.Enter((byte)'{');
        while (cursor.NextKey(out var key))
        {
            switch (key.Length)
            {
                case 15 when key.SequenceEqual("server_tool_use"u8) && cursor.Peek == '{':
                    ReadServerTools(ref cursor, ref usage, ref odd);
                    break;
                case 13 when key.SequenceEqual("inference_geo"u8):
                    usage.InUs = cursor.Text().SequenceEqual("us"u8);
                    break;
                case 12 when key.SequenceEqual("service_tier"u8):
                    var tier = cursor.Text();
                    usage.Batch = tier.SequenceEqual("batch"u8);
                    usage.Priority = tier.SequenceEqual("priority"u8);
                    break;
                case 10 when key.SequenceEqual("iterations"u8) && cursor.Peek == '[':
                    ReadIterations(ref cursor, ref usage, models, ref odd);
                    break;
                default:
                    ReadFigure(key, ref cursor, ref usage, ref fiveMinutes, ref odd);
                    break;
            }
        }

        Complete(ref usage, fiveMinutes);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void ReadFigure(ReadOnlySpan<byte> key, ref JsonCursor cursor, ref MessageUsage usage, ref long fiveMinutes, ref bool odd)
    {
        switch (key.Length)
        {
            case 12 when key.SequenceEqual("input_tokens"u8):
                usage.Input = cursor.Count(MessageUsage.MaxTokens, ref odd);
                break;
            case 13 when key.SequenceEqual("output_tokens"u8):
                usage.Output = cursor.Count(MessageUsage.MaxTokens, ref odd);
                break;
            case 23 when key.SequenceEqual("cache_read_input_tokens"u8):
                usage.CacheRead = cursor.Count(MessageUsage.MaxTokens, ref odd);
                break;
            case 27 when key.SequenceEqual("cache_creation_input_tokens"u8):
                usage.CacheWrite = cursor.Count(MessageUsage.MaxTokens, ref odd);
                break;
            case 14 when key.SequenceEqual("cache_creation"u8) && cursor.Peek == '{':
                ReadLifetimes(ref cursor, ref usage, ref fiveMinutes, ref odd);
                break;
            case 5 when key.SequenceEqual("speed"u8):
                usage.Fast = cursor.Text().SequenceEqual("fast"u8);
                break;
            default:
                cursor.Skip();
                break;
        }
    }

    /// <summary>The parts of a cache write may be present without their sum; if both are present, they are capped by it.</summary>
    private static void Complete(ref MessageUsage usage, long fiveMinutes)
    {
        if (usage.CacheWrite == 0)
        {
            usage.CacheWrite = fiveMinutes + usage.CacheWrite1h;
        }

        usage.CacheWrite1h = Math.Min(usage.CacheWrite1h, usage.CacheWrite);
    }

    private static void ReadLifetimes(ref JsonCursor cursor, ref MessageUsage usage, ref long fiveMinutes, ref bool odd)
    {
        usage.Split = true;
        cursor.Enter((byte)'{');
        while (cursor.NextKey(out var key))
        {
            if (key.SequenceEqual("ephemeral_1h_input_tokens"u8))
            {
                usage.CacheWrite1h = cursor.Count(MessageUsage.MaxTokens, ref odd);
            }
            else if (key.SequenceEqual("ephemeral_5m_input_tokens"u8))
            {
                fiveMinutes = cursor.Count(MessageUsage.MaxTokens, ref odd);
            }
            else
            {
                cursor.Skip();
            }
        }
    }

    private static void ReadServerTools(ref JsonCursor cursor, ref MessageUsage usage, ref bool odd)
    {
        cursor.Enter((byte)'{');
        while (cursor.NextKey(out var key))
        {
            if (key.SequenceEqual("web_search_requests"u8))
            {
                usage.WebSearches = (int)cursor.Count(MaxSearches, ref odd);
            }
            else
            {
                cursor.Skip();
            }
        }
    }

    /// <summary>Of the steps of a message only an advisor's are billed in addition to its own figures, which sum up the others.</summary>
    private static void ReadIterations(ref JsonCursor cursor, ref MessageUsage usage, NameTable models, ref bool odd)
    {
        cursor.Enter((byte)'[');
        for (var place = 0; cursor.NextElement(); place++)
        {
            if (cursor.Peek != '{')
            {
                cursor.Skip();
                continue;
            }

            var step = new MessageUsage { Step = place };
            if (!ReadIteration(ref cursor, ref step, models, ref odd))
            {
                continue;
            }

            if (usage.Advisors?.Length >= MessageUsage.MaxAdvisors)
            {
                odd = true;
                continue;
            }

            usage.Advisors = [.. usage.Advisors ?? [], step];
        }
    }

    /// <summary>Whether the step is an advisor's.</summary>
    private static bool ReadIteration(ref JsonCursor cursor, ref MessageUsage step, NameTable models, ref bool odd)
    {
        ReadOnlySpan<byte> type = default, model = default;
        long fiveMinutes = 0;
        cursor.Enter((byte)'{');
        while (cursor.NextKey(out var key))
        {
            if (key.SequenceEqual("type"u8))
            {
                type = cursor.Text();
            }
            else if (key.SequenceEqual("model"u8))
            {
                model = cursor.Text();
            }
            else
            {
                ReadFigure(key, ref cursor, ref step, ref fiveMinutes, ref odd);
            }
        }

        if (!type.SequenceEqual("advisor_message"u8))
        {
            return false;
        }

        Complete(ref step, fiveMinutes);
        step.Model = models.Get(model);
        return true;
    }
}
