namespace Ccflux.Hook.Transcript;

/// <summary>Reads <c>{"input_tokens":5,"cache_creation_input_tokens":13681,"cache_read_input_tokens":0,"output_tokens":44,
/// "cache_creation":{"ephemeral_1h_input_tokens":0,"ephemeral_5m_input_tokens":13681},"speed":"standard",…}</c>.</summary>
internal static class UsageReader
{
    public static void Read(ref JsonCursor cursor, ref MessageUsage usage)
    {
        long fiveMinutes = 0;
        cursor.Enter((byte)'{');
        while (cursor.NextKey(out var key))
        {
            switch (key.Length)
            {
                case 12 when key.SequenceEqual("input_tokens"u8):
                    usage.Input = cursor.Count(MessageUsage.MaxTokens);
                    break;
                case 13 when key.SequenceEqual("output_tokens"u8):
                    usage.Output = cursor.Count(MessageUsage.MaxTokens);
                    break;
                case 23 when key.SequenceEqual("cache_read_input_tokens"u8):
                    usage.CacheRead = cursor.Count(MessageUsage.MaxTokens);
                    break;
                case 27 when key.SequenceEqual("cache_creation_input_tokens"u8):
                    usage.CacheWrite = cursor.Count(MessageUsage.MaxTokens);
                    break;
                case 14 when key.SequenceEqual("cache_creation"u8) && cursor.Peek == '{':
                    ReadLifetimes(ref cursor, ref usage, ref fiveMinutes);
                    break;
                case 5 when key.SequenceEqual("speed"u8):
                    usage.Fast = cursor.Text().SequenceEqual("fast"u8);
                    break;
                default:
                    cursor.Skip();
                    break;
            }
        }

        // The parts may stand without their sum; where both stand, they are held to it.
        if (usage.CacheWrite == 0)
        {
            usage.CacheWrite = fiveMinutes + usage.CacheWrite1h;
        }

        usage.CacheWrite1h = Math.Min(usage.CacheWrite1h, usage.CacheWrite);
    }

    private static void ReadLifetimes(ref JsonCursor cursor, ref MessageUsage usage, ref long fiveMinutes)
    {
        cursor.Enter((byte)'{');
        while (cursor.NextKey(out var key))
        {
            if (key.SequenceEqual("ephemeral_1h_input_tokens"u8))
            {
                usage.CacheWrite1h = cursor.Count(MessageUsage.MaxTokens);
            }
            else if (key.SequenceEqual("ephemeral_5m_input_tokens"u8))
            {
                fiveMinutes = cursor.Count(MessageUsage.MaxTokens);
            }
            else
            {
                cursor.Skip();
            }
        }
    }
}
