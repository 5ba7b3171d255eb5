namespace Ccflux.Receiver.Usage.Copies;

/// <summary>Divides the space of request keys into equal parts. Keys are hashes, so each part holds about as many of them.</summary>
internal static class KeySlices
{
    /// <summary>How many keys of a part are in memory at once: some tens of megabytes.</summary>
    public const long KeysAtOnce = 1_000_000;

    /// <summary>Parts that cover all keys, in order. Both bounds belong to a part.</summary>
    /// <param name="requests">How many requests there are, about.</param>
    /// <param name="keysAtOnce">How many of them a part may hold, about.</param>
    public static IEnumerable<(long From, long To)> Of(long requests, long keysAtOnce = KeysAtOnce)
    {
        var parts = ((ulong)Math.Max(0, requests) / (ulong)keysAtOnce) + 1;
        var length = ulong.MaxValue / parts;
        for (ulong part = 0; part < parts; part++)
        {
            yield return (KeyAt(part * length), part == parts - 1 ? long.MaxValue : KeyAt(((part + 1) * length) - 1));
        }
    }

    /// <summary>The key at a place: keys are signed, so the first is the smallest negative one.</summary>
    private static long KeyAt(ulong place) => unchecked((long)(place ^ (1UL << 63)));
}
