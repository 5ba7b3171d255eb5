namespace Ccflux.Receiver.Identity.Users;

/// <summary>Formats instants as in ccflux 0.1's documented tables: <c>2026-11-20 14:31:46</c>, UTC.</summary>
internal static class SqlTime
{
    public static string Text(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
}
