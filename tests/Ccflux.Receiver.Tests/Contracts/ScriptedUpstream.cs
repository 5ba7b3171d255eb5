using System.Net;

namespace Ccflux.Receiver.Tests.Contracts;

/// <summary>What is at the other end of the receiver's requests.</summary>
internal sealed class ScriptedUpstream : HttpMessageHandler
{
    /// <summary>The body of the answer to a request, by its path; null: nobody answers.</summary>
    public Func<string, string?> Answer { get; set; } = _ => null;

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        Answer(request.RequestUri!.AbsolutePath) is { } body
            ? Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK) { RequestMessage = request, Content = new StringContent(body) })
            : throw new HttpRequestException(HttpRequestError.ConnectionError, "Nobody answers.");
}
