using Ccflux.Receiver.Platform.Auth;
using Ccflux.Receiver.Quota.Forecasts;
using Ccflux.Receiver.Telemetry.Read.Views;
using Ccflux.Receiver.Usage.Ingest;
using Ccflux.Receiver.Usage.Read.Views;
using Ccflux.Storage.Reading;
using Ccflux.Storage.Sql;

namespace Ccflux.Receiver.Composition;

/// <summary>Connects usage and quota: a turn that ended at a limit is a reading, and the tokens of a window show how large a plan is.</summary>
internal static class QuotaPorts
{
    public static void AddQuotaPorts(this IServiceCollection services)
    {
        services.AddSingleton<IFinalLimits, LimitReadings>();
        services.AddSingleton<IAccountUsage, AccountUsage>();
        services.AddSingleton<UserReadings>();
        services.AddSingleton<IUserQuotas>(provider => provider.GetRequiredService<UserReadings>());
        services.AddSingleton<IFiveHourQuotas>(provider => provider.GetRequiredService<UserReadings>());
    }
}

/// <summary>Sums the billed tokens of an account's users.</summary>
internal sealed class AccountUsage(ReadSessions readers) : IAccountUsage
{
    public async ValueTask<IReadOnlyList<long?>> TokensAsync(IReadOnlyList<UsageSpan> spans, DataScope allowed, CancellationToken cancellationToken)
    {
        using var session = await readers.OpenAsync(cancellationToken);
        var tokens = new List<long?>(spans.Count);
        foreach (var span in spans)
        {
            var users = span.Users.Count > 0 ? span.Users : UsersOf(session, span.Email);
            tokens.Add(users.Count > 0 && MayRead(session, users, allowed) ? Sum(session, users, span.From.ToUnixTimeMilliseconds(), span.To.ToUnixTimeMilliseconds()) : null);
        }

        return tokens;
    }

    private static List<long> UsersOf(SqlSession session, string email) =>
        email.Length == 0 ? [] : session.List(PortsSql.UserOfEmail, static rows => rows.Int64(0), ("email", email));

    private static bool MayRead(SqlSession session, IReadOnlyList<long> users, DataScope allowed) =>
        allowed.IsEverybody || session.List(PortsSql.UsersInScope, static rows => rows.Int64(0), allowed.With(("users", users.ToArray()))).Count == users.Distinct().Count();

    private static long Sum(SqlSession session, IReadOnlyList<long> users, long from, long to)
    {
        var (firstHour, endHour) = ((from + UnixTime.Hour - 1) / UnixTime.Hour, to / UnixTime.Hour);
        var (headEnd, tailStart) = firstHour < endHour ? (firstHour * UnixTime.Hour, endHour * UnixTime.Hour) : (to, to);
        return session.Scalar(
            PortsSql.BilledTokens,
            ("users", users.ToArray()),
            ("from", from),
            ("head_end", headEnd),
            ("tail_start", tailStart),
            ("to", to)) ?? 0;
    }
}
