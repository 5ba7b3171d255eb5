using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace Ccflux.Simulator;

/// <summary>The upstreams within a process, in the place of the network: whatever is sent is answered by the simulator, or not at all.</summary>
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
            // It waits no more from the instant of its cancellation, not from when that has been noticed: whoever moves the clock looks at once.
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
