using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace Ccflux.Simulator;

/// <summary>The upstreams within a process, in place of the network: the simulator answers whatever is sent, or nothing does.</summary>
public sealed class SimulatorHandler(SimulatedUpstream upstream, TimeProvider time) : HttpMessageHandler
{
    private int _waiting;

    /// <summary>Requests that wait for the clock to move.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var body = request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken);
        var answer = upstream.Answer(
            request.Method.Method,
            request.RequestUri!.AbsolutePath,
            name => request.Headers.TryGetValues(name, out var values) ? string.Join(", ", values) : null,
            body);
        if (answer.Delay > TimeSpan.Zero)
        {
            // It stops waiting at the instant of its cancellation, not when that has been noticed: a test that moves the clock checks at once.
            var waits = 1;
            Interlocked.Increment(ref _waiting);
            await using var cancelled = cancellationToken.Register(Leave);
            try
            {
                await Task.Delay(answer.Delay, time, cancellationToken);
            }
            finally
            {
                Leave();
            }

            void Leave()
            {
                if (Interlocked.Exchange(ref waits, 0) == 1)
                {
                    Interlocked.Decrement(ref _waiting);
                }
            }
        }

        if (answer.IsBroken)
        {
            throw new HttpRequestException("The connection was closed.");
        }

        var response = new HttpResponseMessage((HttpStatusCode)answer.Status)
        {
            Content = new StringContent(answer.Body, Encoding.UTF8, MediaTypeHeaderValue.Parse(answer.ContentType).MediaType!),
            RequestMessage = request,
        };
        if (answer.RetryAfter is { } wait)
        {
            response.Headers.RetryAfter = new RetryConditionHeaderValue(wait);
        }

        return response;
    }
}
