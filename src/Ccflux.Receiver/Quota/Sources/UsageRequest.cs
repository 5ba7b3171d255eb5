using System.Net.Http.Headers;
using Ccflux.Receiver.Quota.Polling;

namespace Ccflux.Receiver.Quota.Sources;

/// <summary>What the URL of a request names.</summary>
internal enum UsageAddress
{
    /// <summary>Nothing: the login determines whose usage it is.</summary>
    OfLogin = 1,

    /// <summary>An organisation by its id, which may be wrong.</summary>
    OfOrganization = 2,
}

/// <summary>Requests usage and distinguishes the failures.</summary>
internal sealed class UsageRequest(UpstreamHttp http, TimeProvider time)
{
    /// <summary>An answer is about 2 KB.</summary>
    private const int MaxAnswer = 256 * 1024;

    /// <summary>An error is about 200 bytes. A longer one is judged by its status alone.</summary>
    private const int MaxError = 16 * 1024;

    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(15);

    public async Task<PollOutcome> SendAsync(HttpRequestMessage request, UsageAddress address, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(s_timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            using var response = await http.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            var retryAfter = RetryAfter(response.Headers.RetryAfter);
            if (Failure(response) is { } failure)
            {
                var error = failure is PollFailure.Forbidden or PollFailure.ChangedFormat ? await ErrorAsync(response.Content, either.Token) : UsageError.None;
                return PollOutcome.Failed(error.Explains((int)response.StatusCode, address) ?? failure, retryAfter);
            }

            var body = await ReadAsync(response.Content, MaxAnswer, either.Token);
            return body is not null && UsageAnswer.Parse(body, time.GetUtcNow()) is { } answer
                ? new PollOutcome(answer.Readings, null, retryAfter, answer.LeftOut)
                : PollOutcome.Failed(PollFailure.ChangedFormat, retryAfter);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            return PollOutcome.Failed(PollFailure.TimedOut);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            return PollOutcome.Failed(PollFailure.Unreachable);
        }
    }

    private static PollFailure? Failure(HttpResponseMessage response) => (int)response.StatusCode switch
    {
        200 => IsPage(response) ? PollFailure.Challenged : null,
        401 => PollFailure.Rejected,
        403 => IsPage(response) ? PollFailure.Challenged : PollFailure.Forbidden,
        429 => PollFailure.RateLimited,
        // A redirect leads to a sign-in page.
        >= 300 and < 400 => PollFailure.Rejected,
        408 or 504 => PollFailure.TimedOut,
        >= 500 => PollFailure.UpstreamFailed,
        _ => PollFailure.ChangedFormat,
    };

    private static bool IsPage(HttpResponseMessage response) =>
        response.Content.Headers.ContentType?.MediaType is "text/html" or "application/xhtml+xml" || response.Headers.Contains("cf-mitigated");

    private TimeSpan? RetryAfter(RetryConditionHeaderValue? header)
    {
        var wait = header?.Delta ?? header?.Date - time.GetUtcNow();
        return wait > TimeSpan.Zero ? wait : null;
    }

    /// <summary>An incomplete body adds nothing: the status is known.</summary>
    private static async Task<UsageError> ErrorAsync(HttpContent content, CancellationToken cancellationToken)
    {
        try
        {
            return await ReadAsync(content, MaxError, cancellationToken) is { } body ? UsageError.Parse(body) : UsageError.None;
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            return UsageError.None;
        }
    }

    private static async Task<byte[]?> ReadAsync(HttpContent content, int most, CancellationToken cancellationToken)
    {
        if (content.Headers.ContentLength > most)
        {
            return null;
        }

        await using var stream = await content.ReadAsStreamAsync(cancellationToken);
        using var body = new MemoryStream();
        var buffer = new byte[8192];
        int read;
        while ((read = await stream.ReadAsync(buffer, cancellationToken)) > 0)
        {
            body.Write(buffer, 0, read);
            if (body.Length > most)
            {
                return null;
            }
        }

        return body.ToArray();
    }
}
