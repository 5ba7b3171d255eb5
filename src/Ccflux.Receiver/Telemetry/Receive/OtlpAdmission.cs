using Ccflux.Receiver.Platform.Http;
using Ccflux.Receiver.Platform.Http.Ingest;
using Ccflux.Receiver.Telemetry.Auth;

namespace Ccflux.Receiver.Telemetry.Receive;

/// <summary>Admits senders of telemetry by their tokens. Users are limited by requests, bytes and records; the organisation's token is not, because everyone shares it.</summary>
internal sealed class OtlpAdmission(TelemetryTokens tokens, TelemetryOptions options, TimeProvider time)
{
    private const int MaxCallers = 20_000;
    private const int WrongTokensPerMinute = 120;

    private readonly DailyRecords _daily = new(options.RecordsPerDay, time);
    private readonly KeyedRateLimiter _kib = new(options.MbPerMinute * 1024, options.MbPerMinute * 1024, MaxCallers, time);
    private readonly RateRule _requests = new(
        new KeyedRateLimiter(options.RequestsPerMinute, options.RequestsPerMinute, MaxCallers, time), Refusals.TooManyExports);
    private readonly RateRule _strangers = new(
        new KeyedRateLimiter(WrongTokensPerMinute, WrongTokensPerMinute, MaxCallers, time), Refusals.TooManyWithoutToken);

    public async ValueTask<Checked<TelemetryCaller>> AdmitAsync(HttpContext context, CancellationToken cancellationToken)
    {
        if (await tokens.AuthenticateAsync(context.Request, cancellationToken) is not { } caller)
        {
            return _strangers.Take(RequestLimits.AddressOf(context)) ?? await tokens.ExplainAsync(cancellationToken);
        }

        if (caller.UserId is not { } user)
        {
            return caller;
        }

        return _requests.Take(KeyOf(user)) is { } tooMany ? tooMany
            : !_kib.HasRoom(KeyOf(user), out var wait) ? Refusals.TooManyExportedBytes(wait)
            : !_daily.HasRoom(user, out var untilTomorrow) ? Refusals.RecordsToday(options.RecordsPerDay, untilTomorrow)
            : caller;
    }

    /// <summary>Charges a user for a message, whatever its outcome.</summary>
    /// <param name="caller">Who sent it.</param>
    /// <param name="bytes">The memory that reading it took.</param>
    public void Charge(TelemetryCaller caller, long bytes)
    {
        if (caller.UserId is { } user)
        {
            _kib.Charge(KeyOf(user), (bytes / 1024) + 1);
        }
    }

    /// <summary>Counts records that were new.</summary>
    public void Added(long user, int records) => _daily.Add(user, records);

    private static string KeyOf(long user) => user.ToString(CultureInfo.InvariantCulture);
}
