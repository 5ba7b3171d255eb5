using Ccflux.Contracts.Http;

namespace Ccflux.Receiver.Platform.Http;

/// <summary>What a caller sees where no endpoint answered: never a stack trace, never an empty page.</summary>
internal sealed partial class ErrorHandling(RequestDelegate next, BrowserAnswers answers, ILogger<ErrorHandling> logger)
{
    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context);
        }
        catch (BadHttpRequestException exception) when (!context.Response.HasStarted)
        {
            await RefuseAsync(context, exception.StatusCode);
            return;
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            context.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
            return;
        }
        catch (Exception exception) when (!context.Response.HasStarted)
        {
            Log.Failed(logger, exception, context.Request.Method, RouteOf(context));
            await RefuseAsync(context, StatusCodes.Status500InternalServerError);
            return;
        }

        if (context.Response is { StatusCode: >= 400, HasStarted: false, ContentType: null, ContentLength: null })
        {
            await RefuseAsync(context, context.Response.StatusCode);
        }
    }

    private Task RefuseAsync(HttpContext context, int status)
    {
        if (HttpMethods.IsHead(context.Request.Method))
        {
            context.Response.StatusCode = status;
            return Task.CompletedTask;
        }

        var (code, detail) = status switch
        {
            StatusCodes.Status404NotFound => ("", "There is nothing at this address."),
            StatusCodes.Status405MethodNotAllowed => ("", "This address takes another method."),
            StatusCodes.Status413PayloadTooLarge => (ErrorCodes.TooLarge, "The body is larger than BODY_LIMIT_KB allows."),
            StatusCodes.Status408RequestTimeout => ("", "The request took too long to arrive."),
            >= 500 => ("", "The receiver's log says more. Nothing that was acknowledged is lost."),
            _ => (ErrorCodes.InvalidPayload, "The request could not be read."),
        };
        return answers.WriteAsync(context, status, code, detail);
    }

    /// <summary>The route's pattern, not the path: a path can hold an e-mail address.</summary>
    private static string RouteOf(HttpContext context) =>
        (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? "(no route)";

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "{Method} {Route} failed.")]
        public static partial void Failed(ILogger logger, Exception exception, string method, string route);
    }
}
