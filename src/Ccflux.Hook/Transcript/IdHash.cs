namespace Ccflux.Hook.Transcript;

/// <summary>A 64-bit hash that stands for an id in memory and on disk (FNV-1a, so the same on every machine and in every version).
/// Among a million random ids the chance that any two meet is about 3 in 100 million.</summary>
internal static class IdHash
{
    /// <summary>0 only for an absent id.</summary>
    public static ulong Of(ReadOnlySpan<byte> id)
    {
        if (id.IsEmpty)
        {
            return 0;
        }

        var hash = 14695981039346656037;
        foreach (var value in id)
        {
            hash = (hash ^ value) * 1099511628211;
        }

        return hash == 0 ? 1 : hash;
    }
}
