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
    public async ValueTask<IReadOnlyList<long?>> TokensAsync(IReadOnlyList<UsageSpan> spans, CancellationToken cancellationToken)
    {
        using var session = await readers.OpenAsync(cancellationToken);
        var tokens = new List<long?>(spans.Count);
        foreach (var span in spans)
        {
            var users = span.Users.Count > 0 ? span.Users : UsersOf(session, span.Email);
            tokens.Add(users.Count > 0 ? Sum(session, users, span.From.ToUnixTimeMilliseconds(), span.To.ToUnixTimeMilliseconds()) : null);
        }

        return tokens;
    }

    private static List<long> UsersOf(SqlSession session, string email) =>
        email.Length == 0 ? [] : session.List(PortsSql.UserOfEmail, static rows => rows.Int64(0), ("email", email));

    private static long Sum(SqlSession session, IReadOnlyList<long> users, long from, long to)
    {
        var (firstDay, endDay) = ((from + UnixTime.Day - 1) / UnixTime.Day, to / UnixTime.Day);
        var (headEnd, tailStart) = firstDay < endDay ? (firstDay * UnixTime.Day, endDay * UnixTime.Day) : (to, to);
        var days = Enumerable.Range(0, (int)Math.Max(0, endDay - firstDay)).Select(offset => firstDay + offset);
        return session.Scalar(
            PortsSql.BilledTokens,
            ("users", users.ToArray()),
            ("days", days.ToArray()),
            ("from", from),
            ("head_end", headEnd),
            ("tail_start", tailStart),
            ("to", to)) ?? 0;
    }
}
