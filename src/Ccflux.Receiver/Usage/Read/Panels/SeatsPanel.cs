using Ccflux.Contracts.Http;
using Ccflux.Receiver.Usage.Read.Snapshots;
using Ccflux.Receiver.Usage.Read.Views;

namespace Ccflux.Receiver.Usage.Read.Panels;

/// <summary>Builds user provisioning: everyone who has or had a token, and everyone who has reported.</summary>
internal static class SeatsPanel
{
    private static readonly TableOrder<SeatRow> s_order = new(
        row => $"{row.User.Email} {row.User.Division} {Word(row.Status)}",
        row => row.User.Email,
        new Dictionary<string, Func<SeatRow, IComparable?>>(StringComparer.Ordinal)
        {
            ["user"] = row => row.User.Email,
            ["division"] = row => row.User.Division.Length == 0 ? null : row.User.Division,
            // The first click sorts ascending, and the worst should come first.
            ["status"] = row => -(int)row.Status,
            ["created"] = row => row.CreatedAt,
            ["expires"] = row => row.ExpiresAt,
            ["last"] = row => row.LastReportAt,
            ["plugin"] = row => row.PluginVersion,
        });

    public static List<SeatRow> Read(UsageSnapshot snapshot)
    {
        var tokens = snapshot.Session.List(UsageReadSql.Tokens, TokenFacts.Read)
            .GroupBy(token => token.Email, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => Newest(group, snapshot.Now), StringComparer.Ordinal);
        var rows = new List<SeatRow>();
        foreach (var user in snapshot.Users.Values)
        {
            rows.Add(Row(snapshot, user, tokens.GetValueOrDefault(user.Email)));
            tokens.Remove(user.Email);
        }

        // The remaining tokens were inserted manually and not used yet, or are those of users who may not be read.
        if (!snapshot.Allowed.IsEverybody)
        {
            return rows;
        }

        rows.AddRange(tokens.Values.Select(token => Row(snapshot, new UserFacts { Email = token.Email, Division = token.Division }, token)));
        return rows;
    }

    public static SeatTable Table(List<SeatRow> seats, TableState state)
    {
        SeatStatus? status = state.View switch
        {
            SeatViews.Active => SeatStatus.Active,
            SeatViews.Expired => SeatStatus.Expired,
            SeatViews.Revoked => SeatStatus.Revoked,
            SeatViews.Never => SeatStatus.NeverReported,
            SeatViews.Silent => SeatStatus.Silent,
            _ => null,
        };
        var page = s_order.Page(seats.Where(row => status is null || row.Status == status), state);
        return new SeatTable(
            page,
            seats.Count(row => row.Status is SeatStatus.Active or SeatStatus.Silent or SeatStatus.NeverReported),
            seats.Count(row => row.Status is SeatStatus.Silent or SeatStatus.NeverReported));
    }

    public static SeatRow Row(UsageSnapshot snapshot, UserFacts user, TokenFacts? token)
    {
        var lastReport = UnixTime.At(user.LastReportAt ?? user.LastAt);
        var silent = lastReport is { } last ? (int)Math.Floor((snapshot.Now - last).TotalDays) : (int?)null;
        var status = Status(token, silent, snapshot.Now);
        var refused = user.LastRefusalAt is { } refusal && (!(user.LastReportAt > refusal) || IsCappedToday(user, snapshot.Now));
        return new SeatRow(
            user.Ref,
            status,
            status is SeatStatus.Silent ? silent : null,
            token?.Created ?? (user.CreatedAt > 0 ? UnixTime.At(user.CreatedAt) : null),
            token is { Revoked: 0 } ? token.Expires : null,
            (int?)token?.DaysValid,
            lastReport,
            user.PluginVersion,
            user.ClaudeCodeVersion,
            user.Platform,
            user.ClaimedEmail,
            refused ? user.LastRefusal : null,
            refused ? UnixTime.At(user.LastRefusalAt) : null);
    }

    /// <summary>The token that counts: a live one if there is one, then the newest.</summary>
    public static TokenFacts Newest(IEnumerable<TokenFacts> tokens, DateTimeOffset now) =>
        tokens.OrderByDescending(token => token.Revoked == 0 && !token.IsExpired(now)).ThenByDescending(token => token.Created).First();

    /// <summary>True if a daily cap blocks some data for the rest of the day. Other reports of the same user are still accepted.</summary>
    private static bool IsCappedToday(UserFacts user, DateTimeOffset now) =>
        string.Equals(user.LastRefusal, ErrorCodes.DailyCap, StringComparison.Ordinal) && UnixTime.At(user.LastRefusalAt) is { } at && UnixTime.DayOf(at) == UnixTime.DayOf(now);

    /// <summary>The searchable text of a status: as shown in the table, and starting with the name of its view.</summary>
    private static string Word(SeatStatus status) => status switch
    {
        SeatStatus.Active => SeatViews.Active,
        SeatStatus.Silent => SeatViews.Silent,
        SeatStatus.NeverReported => SeatViews.Never + " reported",
        SeatStatus.Expired => SeatViews.Expired,
        SeatStatus.Revoked => SeatViews.Revoked,
    };

    private static SeatStatus Status(TokenFacts? token, int? silentDays, DateTimeOffset now) => token switch
    {
        null or { Revoked: not 0 } => SeatStatus.Revoked,
        _ when token.IsExpired(now) => SeatStatus.Expired,
        _ when silentDays is null => SeatStatus.NeverReported,
        _ when silentDays >= SeatRow.SilentAfterDays => SeatStatus.Silent,
        _ => SeatStatus.Active,
    };
}
