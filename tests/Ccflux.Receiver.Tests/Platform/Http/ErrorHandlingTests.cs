using Ccflux.Receiver.Platform.Http;
using Ccflux.Receiver.Tests.Hosting;
using Ccflux.Storage.Reading;
using Ccflux.Testing;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Ccflux.Receiver.Tests.Platform.Http;

/// <summary>What is answered and logged when something fails.</summary>
public sealed class ErrorHandlingTests
{
    [Theory]
    [InlineData("text/html", "<!DOCTYPE html>")]
    [InlineData("application/json", "\"status\":500")]
    public async Task Failure_HalfwayThroughAPage_IsAWholeAnswerWithEveryHeader(string accept, string content)
    {
        await using var receiver = await RunningReceiver.StartAsync();
        var log = new CapturedLog();
        var context = Request(receiver, accept);

        await Handling(receiver, log, response =>
        {
            // The headers of a page that fails while it is rendered.
            response.Headers.Append("blazor-enhanced-nav", "allow");
            response.Headers.ContentDisposition = "attachment";
            response.ContentType = "text/csv";
            throw new OverflowException("drawn");
        }).InvokeAsync(context);

        Assert.Equal(500, context.Response.StatusCode);
        Assert.Contains(content, Text(context), StringComparison.OrdinalIgnoreCase);
        Assert.Contains("default-src 'none'", context.Response.Headers.ContentSecurityPolicy.ToString(), StringComparison.Ordinal);
        Assert.Equal("nosniff", context.Response.Headers.XContentTypeOptions);
        Assert.Equal("no-store", context.Response.Headers.CacheControl);
        Assert.Empty(context.Response.Headers.ContentDisposition.ToString());
        Assert.Contains(log.Lines, line => line.Contains("OverflowException", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Failures_OfOneKind_AreLoggedOnceAMinuteAndCounted()
    {
        await using var receiver = await RunningReceiver.StartAsync();
        var log = new CapturedLog();
        var time = new ManualTime();
        var handling = Handling(receiver, log, _ => throw new InvalidOperationException("again"), time);

        for (var failure = 0; failure < 50; failure++)
        {
            await handling.InvokeAsync(Request(receiver, "application/json"));
        }

        Assert.Single(log.Lines);
        time.Advance(TimeSpan.FromMinutes(1));
        await handling.InvokeAsync(Request(receiver, "application/json"));
        Assert.Equal(2, log.Lines.Count);
        Assert.Contains(log.Lines, line => line.Contains("49 more of this kind", StringComparison.Ordinal));
    }

    /// <summary>A caller can have reads refused as often as it likes: that must not fill the log either.</summary>
    [Fact]
    public async Task RefusedReads_AreLoggedOnceAMinuteAndCounted()
    {
        await using var receiver = await RunningReceiver.StartAsync();
        var log = new CapturedLog();
        var time = new ManualTime();
        var handling = Handling(receiver, log, _ => throw new ReadRefusedException(ReadRefusal.CallerBusy), time);

        for (var refusal = 0; refusal < 50; refusal++)
        {
            var context = Request(receiver, "application/json");
            await handling.InvokeAsync(context);
            Assert.Equal(429, context.Response.StatusCode);
        }

        Assert.Single(log.Lines);
        time.Advance(TimeSpan.FromMinutes(1));
        await handling.InvokeAsync(Request(receiver, "application/json"));
        Assert.Contains(log.Lines, line => line.Contains("49 more of this kind", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Stream_ThatTheClientReset_IsNoErrorOfTheReceiver()
    {
        await using var receiver = await RunningReceiver.StartAsync();
        var log = new CapturedLog();
        var context = Request(receiver, "application/json");
        using var gone = new CancellationTokenSource();
        context.RequestAborted = gone.Token;
        await gone.CancelAsync();

        await Handling(receiver, log, _ => throw new IOException("The client reset the request stream.")).InvokeAsync(context);

        Assert.Equal(499, context.Response.StatusCode);
        Assert.Empty(log.Lines);
    }

    private static ErrorHandling Handling(RunningReceiver receiver, CapturedLog log, Action<HttpResponse> fail, TimeProvider? time = null)
    {
        var factory = LoggerFactory.Create(logging => logging.AddProvider(log));
        return new ErrorHandling(
            context =>
            {
                fail(context.Response);
                return Task.CompletedTask;
            },
            receiver.Service<BrowserAnswers>(),
            time ?? TimeProvider.System,
            factory.CreateLogger<ErrorHandling>());
    }

    private static DefaultHttpContext Request(RunningReceiver receiver, string accept)
    {
        var context = new DefaultHttpContext { RequestServices = receiver.Service<IServiceScopeFactory>().CreateScope().ServiceProvider };
        context.Request.Method = "GET";
        context.Request.Scheme = "http";
        context.Request.Host = new HostString("localhost");
        context.Request.Path = "/admin/";
        context.Request.Headers.Accept = accept;
        context.Response.Body = new MemoryStream();
        return context;
    }

    private static string Text(HttpContext context) => System.Text.Encoding.UTF8.GetString(((MemoryStream)context.Response.Body).ToArray());
}
