using Ccflux.Storage.Reading;

namespace Ccflux.Receiver.Platform.Http;

/// <summary>Answers where no endpoint did: never with a stack trace or an empty page, and always with the headers of every answer.</summary>
internal sealed partial class ErrorHandling(RequestDelegate next, BrowserAnswers answers, TimeProvider time, ILogger<ErrorHandling> logger)
{
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
            await WriteAsync(context, Refusals.OfStatus(exception.StatusCode));
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
            await WriteAsync(context, Refusals.OfStatus(context.Response.StatusCode));
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
            await WriteAsync(context, Refusals.Failed);
        }
        catch (Exception exception) when (!context.Response.HasStarted)
        {
            LogFailure(context, exception);
            Clear(context.Response);
            await Refusals.Failed.ExecuteAsync(context);
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

        return WriteAsync(context, reason switch
        {
            ReadRefusal.CallerBusy => Refusals.CallerBusy,
            ReadRefusal.TooSlow => Refusals.ReadTooSlow,
            ReadRefusal.Unreadable => Refusals.DatabaseUnreadable,
            _ => Refusals.ReadersBusy,
        });
    }

    private Task WriteAsync(HttpContext context, Refusal refusal)
    {
        if (HttpMethods.IsHead(context.Request.Method))
        {
            refusal.WriteHead(context.Response);
            return Task.CompletedTask;
        }

        return answers.WriteAsync(context, refusal);
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
