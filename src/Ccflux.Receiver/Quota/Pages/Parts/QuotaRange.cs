namespace Ccflux.Receiver.Quota.Pages.Parts;

/// <summary>A period that the history can show.</summary>
/// <param name="Name">As in the URL.</param>
/// <param name="Button">As on the page.</param>
/// <param name="Period">How long it is, rounded up by at most one row, so that no row is cut.</param>
/// <param name="Stretch">The bucket of which the chart shows the lowest, the highest and the last reading.</param>
/// <param name="StretchText">The same as text.</param>
/// <param name="Row">What a row of the table covers: whole buckets.</param>
public sealed record QuotaRange(string Name, string Button, TimeSpan Period, TimeSpan Stretch, string StretchText, TimeSpan Row)
{
    public static IReadOnlyList<QuotaRange> All { get; } =
    [
        new("3h", "3 h", TimeSpan.FromHours(3), TimeSpan.FromMinutes(1), "minute", TimeSpan.FromMinutes(15)),
        new("6h", "6 h", TimeSpan.FromHours(6), TimeSpan.FromMinutes(1), "minute", TimeSpan.FromMinutes(30)),
        new("24h", "24 h", TimeSpan.FromDays(1), TimeSpan.FromMinutes(6), "6 minutes", TimeSpan.FromHours(1)),
        new("7d", "7 d", TimeSpan.FromDays(7), TimeSpan.FromHours(1), "hour", TimeSpan.FromHours(6)),
        new("30d", "30 d", TimeSpan.FromDays(30), TimeSpan.FromHours(3), "3 hours", TimeSpan.FromDays(1)),
    ];

    public static QuotaRange Default => All[2];

    public bool IsByDay => Row >= TimeSpan.FromDays(1);

    public DateTimeOffset From(DateTimeOffset now)
    {
        var start = (now - Period).ToUnixTimeMilliseconds();
        return UnixTime.At(start - (start % (long)Row.TotalMilliseconds));
    }
}
