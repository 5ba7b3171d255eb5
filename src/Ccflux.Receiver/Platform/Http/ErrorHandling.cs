using Ccflux.Contracts.Http;
using Ccflux.Storage.Reading;

namespace Ccflux.Receiver.Platform.Http;

/// <summary>Answers where no endpoint did: never with a stack trace or an empty page, and always with the headers of every answer.</summary>
internal sealed partial class ErrorHandling(RequestDelegate next, BrowserAnswers answers, TimeProvider time, ILogger<ErrorHandling> logger)
{
    private const string LogSaysMore = "See the receiver's log for details. Acknowledged data is not lost.";
    private static readonly TimeSpan s_shortWait = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_longWait = TimeSpan.FromSeconds(30);

    private readonly FailureSample _failures = new(time);

    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context);
        }
        catch (BadHttpRequestException exception) when (!context.Response.HasStarted)
        {
            Clear(context.Response);
            await RefuseAsync(context, exception.StatusCode);
            return;
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException && context.RequestAborted.IsCancellationRequested)
        {
            // The client disconnected or reset its stream. That is no failure, and strangers should not be able to write it into the log.
            if (!context.Response.HasStarted)
            {
                context.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
            }

            return;
        }
        catch (Exception exception) when (!context.Response.HasStarted && ReadRefusedException.ReasonOf(exception) is { } reason)
        {
            await RefuseAsync(context, exception, reason);
            return;
        }
        catch (Exception exception) when (!context.Response.HasStarted)
        {
            LogFailure(context, exception);
            await FailAsync(context);
            return;
        }

        if (context.Response is { StatusCode: >= 400, HasStarted: false, ContentType: null, ContentLength: null })
        {
            await RefuseAsync(context, context.Response.StatusCode);
        }
    }

    /// <summary>Clears what was prepared before the failure: the headers of half an answer would be wrong on another, and some must not be repeated.</summary>
    private static void Clear(HttpResponse response)
    {
        response.Clear();
        SecurityHeaders.Set(response.Headers);
    }

    /// <summary>Answers a failure. If the page cannot be rendered either, sends problem details.</summary>
    private async Task FailAsync(HttpContext context)
    {
        Clear(context.Response);
        try
        {
            await RefuseAsync(context, StatusCodes.Status500InternalServerError);
        }
        catch (Exception exception) when (!context.Response.HasStarted)
        {
            LogFailure(context, exception);
            Clear(context.Response);
            await new Problem(StatusCodes.Status500InternalServerError, "", LogSaysMore).ExecuteAsync(context);
        }
    }

    /// <summary>Answers a read that was abandoned: the caller may retry, which a 500 would not say.</summary>
    private Task RefuseAsync(HttpContext context, Exception exception, ReadRefusal reason)
    {
        if (context.RequestAborted.IsCancellationRequested)
        {
            context.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
            return Task.CompletedTask;
        }

        var route = RouteOf(context);
        if (_failures.IsDue(route, exception.GetType(), out var unlogged))
        {
            Log.GivenUp(logger, context.Request.Method, route, reason, unlogged);
        }

        return reason switch
        {
            ReadRefusal.CallerBusy => WriteAsync(
                context, StatusCodes.Status429TooManyRequests, ErrorCodes.RateLimited, "Earlier requests from this IP address are still being processed. Wait for them to finish.", s_shortWait),
            ReadRefusal.TooSlow => WriteAsync(
                context,
                StatusCodes.Status503ServiceUnavailable,
                ErrorCodes.Busy,
                "This read took longer than READ_TIMEOUT_SECONDS allows. Choose a shorter period or a narrower filter, or try again later.",
                s_longWait),
            ReadRefusal.Unreadable => WriteAsync(
                context, StatusCodes.Status503ServiceUnavailable, ErrorCodes.Busy, "The database cannot be read right now. See the receiver's log for details.", s_shortWait),
            _ => WriteAsync(
                context, StatusCodes.Status503ServiceUnavailable, ErrorCodes.Busy, "Too many other requests are being processed. Try again in a moment.", s_shortWait),
        };
    }

    private Task RefuseAsync(HttpContext context, int status)
    {
        var (code, detail) = status switch
        {
            StatusCodes.Status404NotFound => ("", "There is nothing at this URL."),
            StatusCodes.Status405MethodNotAllowed => ("", "Method not allowed for this URL."),
            StatusCodes.Status413PayloadTooLarge => (ErrorCodes.TooLarge, "The body is larger than BODY_LIMIT_KB allows."),
            StatusCodes.Status408RequestTimeout => ("", "The request took too long to arrive."),
            >= 500 => ("", LogSaysMore),
            _ => (ErrorCodes.InvalidPayload, "The request could not be read."),
        };
        return WriteAsync(context, status, code, detail, null);
    }

    private Task WriteAsync(HttpContext context, int status, string code, string detail, TimeSpan? retryAfter)
    {
        if (HttpMethods.IsHead(context.Request.Method))
        {
            Problem.WriteHead(context.Response, status, code, retryAfter);
            return Task.CompletedTask;
        }

        return answers.WriteAsync(context, status, code, detail, retryAfter);
    }

    private void LogFailure(HttpContext context, Exception exception)
    {
        var route = RouteOf(context);
        if (_failures.IsDue(route, exception.GetType(), out var unlogged))
        {
            Log.Failed(logger, exception, context.Request.Method, route, unlogged);
        }
    }

    /// <summary>The route's pattern, not the path, because a path can contain an e-mail address.</summary>
    private static string RouteOf(HttpContext context) =>
        (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? "(no route)";

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "{Method} {Route} failed ({Unlogged} more of this kind since the last such line)")]
        public static partial void Failed(ILogger logger, Exception exception, string method, string route, int unlogged);

        [LoggerMessage(2, LogLevel.Warning, "{Method} {Route}: a read was abandoned: {Reason} ({Unlogged} more of this kind since the last such line)")]
        public static partial void GivenUp(ILogger logger, string method, string route, ReadRefusal reason, int unlogged);
    }
}
