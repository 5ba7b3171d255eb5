using System.Net.Http.Headers;

namespace Ccflux.Receiver.Tests.Hosting;

/// <summary>HTTP requests in one line.</summary>
internal static class HttpExtensions
{
    public static Task<HttpResponseMessage> FetchAsync(this HttpClient client, string path, string? cookie = null, string? bearer = null, string? accept = null) =>
        client.SendAsync(Request(HttpMethod.Get, path, cookie, bearer, accept));

    public static Task<HttpResponseMessage> PostFormAsync(this HttpClient client, string path, IEnumerable<KeyValuePair<string, string>> fields, string? cookie = null, string? bearer = null, params (string Name, string Value)[] headers)
    {
        var request = Request(HttpMethod.Post, path, cookie, bearer, null);
        request.Content = new FormUrlEncodedContent(fields);
        foreach (var (name, value) in headers)
        {
            request.Headers.Add(name, value);
        }

        return client.SendAsync(request);
    }

    public static async Task<string> GetStringAsync(this HttpClient client, Uri path, string cookie)
    {
        using var answer = await client.SendAsync(Request(HttpMethod.Get, path.OriginalString, cookie, null, null));
        return await answer.Content.ReadAsStringAsync();
    }

    private static HttpRequestMessage Request(HttpMethod method, string path, string? cookie, string? bearer, string? accept)
    {
        var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
        if (cookie is not null)
        {
            request.Headers.Add("Cookie", cookie);
        }

        if (bearer is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", bearer);
        }

        if (accept is not null)
        {
            request.Headers.Add("Accept", accept);
        }

        return request;
    }
}
