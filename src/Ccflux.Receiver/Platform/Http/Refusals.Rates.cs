using Ccflux.Contracts.Http;

namespace Ccflux.Receiver.Platform.Http;

/// <content>Too many requests: each with how long to wait.</content>
internal static partial class Refusals
{
    public static Refusal TooManyReadings(TimeSpan wait) => RateLimited("Too many batches from this user (RATE_LIMIT_PER_MINUTE).", wait);

    public static Refusal TooManyTokenRequests(TimeSpan wait) =>
        RateLimited("Too many requests with this token, or with unknown tokens from this IP address (TOKEN_RATE_LIMIT_PER_MINUTE).", wait);

    public static Refusal TooManyWithoutToken(TimeSpan wait) => RateLimited("Too many requests without a valid token from this IP address.", wait);

    public static Refusal TooManyFromAddress(TimeSpan wait) => RateLimited("Too many requests from this IP address.", wait);

    public static Refusal TooManyPages(TimeSpan wait) => RateLimited("Too many requests from this IP address (ADMIN_RATE_LIMIT_PER_MINUTE).", wait);

    public static Refusal TooManyAdminTokens(TimeSpan wait) => RateLimited("Too many wrong tokens from this IP address.", wait);

    public static Refusal TooManySignIns(TimeSpan wait) => RateLimited("Too many wrong tokens from your IP address.", wait);

    public static Refusal TooManySessions(TimeSpan wait) => RateLimited("Too many sessions were opened from your IP address.", wait);

    public static Refusal TooManyExports(TimeSpan wait) => RateLimited("Too many requests with this token (OTLP_RATE_LIMIT_PER_MINUTE).", wait);

    public static Refusal TooManyExportedBytes(TimeSpan wait) => RateLimited("Too many bytes with this token (OTLP_MB_PER_MINUTE).", wait);

    public static Refusal TooManyHeartbeats(int perMinute, TimeSpan wait) => RateLimited($"An agent may send at most {perMinute} heartbeats per minute.", wait);

    public static Refusal TooManyReturns(int perMinute, TimeSpan wait) => RateLimited($"An agent may return at most {perMinute} logins per minute.", wait);

    /// <param name="seconds">Until the next poll, rounded up.</param>
    /// <param name="wait">The same, exactly.</param>
    public static Refusal PollNotYet(long seconds, TimeSpan wait) =>
        RateLimited($"The interval and the issuer's limits allow the next poll in {seconds} s; it is scheduled for then.", wait);

    private static Refusal RateLimited(string detail, TimeSpan wait) => Of(ErrorCodes.RateLimited, detail, wait);
}
