using Ccflux.Receiver.Platform.Api;
using Ccflux.Receiver.Platform.Http;
using Ccflux.Receiver.Quota.Read;

namespace Ccflux.Receiver.Quota.Api;

/// <summary>Serves reads to the admin and the viewer and, with <c>QUOTA_PUBLIC=1</c>, to anyone, who then sees labels instead of e-mail addresses.</summary>
internal sealed class QuotaReads(QuotaQuery query, HistoryQuery history)
{
    public const string AccountForm = "account: the id of an account, as returned by /api/usage.";

    private const double DefaultHours = 24;
    private static readonly string s_hoursForm = $"hours: a number above 0, at most {HistoryQuery.MaxHours}.";

    public async Task<IResult> UsageAsync(HttpContext context)
    {
        var view = await query.ReadAsync(QuotaAudience.Of(context), context.RequestAborted);
        return TypedResults.Json(Replies.Usage(view), QuotaApiJson.Default.UsageReply);
    }

    /// <summary><c>?hours=</c>, and <c>account=</c> if there are several; by default the first account of <c>/api/usage</c>.</summary>
    public async Task<IResult> HistoryAsync(HttpContext context)
    {
        if (!TryReadHours(context, out var hours))
        {
            return Refusals.Invalid(s_hoursForm);
        }

        if (!TryReadAccount(context, out var accountId))
        {
            return Refusals.Invalid(AccountForm);
        }

        var audience = QuotaAudience.Of(context);
        accountId ??= (await query.ReadAsync(audience, context.RequestAborted)).Primary?.AccountId;
        var series = accountId is { } known ? await history.ReadAsync(known, TimeSpan.FromHours(hours), audience.Allowed, context.RequestAborted) : [];
        return TypedResults.Json(new HistoryReply(accountId?.Value, hours, series), QuotaApiJson.Default.HistoryReply);
    }

    /// <summary>The table of all accounts, one row per window.</summary>
    public async Task<IResult> TableAsync(HttpContext context)
    {
        if (!ApiFormat.TryRead(context.Request, out var csv))
        {
            return Refusals.Invalid($"{ApiFormat.Field}: {ApiFormat.Fault}.");
        }

        var view = await query.ReadAsync(QuotaAudience.Of(context), context.RequestAborted);
        IReadOnlyList<AccountReply> accounts = [.. view.Accounts.Select(account => Replies.Account(account, view.At))];
        return csv ? QuotaCsv.Accounts(accounts) : TypedResults.Json(accounts, QuotaApiJson.Default.IReadOnlyListAccountReply);
    }

    /// <summary>Every reading of a period as it was observed, newest first: <c>?hours=</c>, <c>account=</c>; at most <see cref="HistoryQuery.MaxReadings"/>.</summary>
    public async Task<IResult> ReadingsAsync(HttpContext context)
    {
        if (!ApiFormat.TryRead(context.Request, out var csv))
        {
            return Refusals.Invalid($"{ApiFormat.Field}: {ApiFormat.Fault}.");
        }

        if (!TryReadHours(context, out var hours))
        {
            return Refusals.Invalid(s_hoursForm);
        }

        if (!TryReadAccount(context, out var accountId))
        {
            return Refusals.Invalid(AccountForm);
        }

        var readings = await history.ReadingsAsync(accountId, TimeSpan.FromHours(hours), QuotaAudience.Of(context), context.RequestAborted);
        return csv ? QuotaCsv.Readings(readings) : TypedResults.Json(readings, QuotaApiJson.Default.IReadOnlyListReadingReply);
    }

    public static bool TryReadAccount(HttpContext context, out QuotaAccountId? accountId)
    {
        var text = context.Request.Query["account"].ToString();
        var isNumber = long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id);
        accountId = isNumber ? new QuotaAccountId(id) : null;
        return isNumber || text.Length == 0;
    }

    private static bool TryReadHours(HttpContext context, out double hours)
    {
        var text = context.Request.Query["hours"].ToString();
        hours = DefaultHours;
        return text.Length == 0
            || (double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out hours) && hours is > 0 and <= HistoryQuery.MaxHours);
    }
}
