namespace Ccflux.Receiver.Platform;

/// <summary>Adds figures that clients send. A sum beyond the range of a <see cref="long"/> stays at the largest value: it neither wraps to a
/// negative number nor throws, so that one absurd figure spoils nothing but itself. SQL does the same with <c>CAST(a + b AS INTEGER)</c> and
/// <c>CAST(total(a) AS INTEGER)</c>; the latter is exact up to 2^53.</summary>
internal static class Saturating
{
    public static long Add(long left, long right)
    {
        var sum = unchecked(left + right);

        // Only two numbers of the same sign can overflow, and their sum then has the other sign.
        return ((left ^ sum) & (right ^ sum)) >= 0 ? sum : left < 0 ? long.MinValue : long.MaxValue;
    }

    public static long SaturatingSum(this IEnumerable<long> figures) => figures.SaturatingSum(figure => figure);

    public static long SaturatingSum<T>(this IEnumerable<T> rows, Func<T, long> figure)
    {
        var sum = 0L;
        foreach (var row in rows)
        {
            sum = Add(sum, figure(row));
        }

        return sum;
    }
}
