namespace Ccflux.Receiver.Identity.Users;

/// <summary>Instants as ccflux 0.1's documented tables hold them: <c>2026-11-20 14:31:46</c>, UTC.</summary>
internal static class SqlTime
{
    public static string Text(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
}
