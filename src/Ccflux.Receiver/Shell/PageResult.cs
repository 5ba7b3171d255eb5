using System.Security.Cryptography;
using Microsoft.IO;
using Microsoft.Net.Http.Headers;

namespace Ccflux.Receiver.Shell;

/// <summary>
/// A rendered page with an <c>ETag</c>, or 304 without a body for a browser that already has this page. The tag is a hash of the rendered page, not
/// of the versions of its sources: figures come from tables that a separate command may write to, from polls, heartbeats and the clock, and a list of
/// all these would be wrong as soon as someone forgets one. Rendering costs the same, but the bytes are saved, and no figure is ever stale.
/// </summary>
/// <param name="page">Renders the page into the body of the response.</param>
/// <param name="isAsked">False for the response to a form, which may contain a secret that is shown once.</param>
internal sealed class PageResult(IResult page, bool isAsked) : IResult
{
    /// <summary>Cached by this browser only, and revalidated each time.</summary>
    internal const string Kept = "private, no-cache";

    private const string NotKept = "no-store";

    // <body data-now="2026-11-20T12:00:07Z" data-live-topic="usage" data-live-since="b1f0-12">
    private static ReadOnlySpan<byte> BodyTag => "<body "u8;

    /// <summary>Pages are rendered into pooled buffers, because large buffers allocated for each page would keep the garbage collector busy. One block
    /// is enough for most pages; at most 12 MiB are pooled.</summary>
    private static readonly RecyclableMemoryStreamManager s_buffers = new(new RecyclableMemoryStreamManager.Options
    {
        BlockSize = 1 << 19,
        LargeBufferMultiple = 1 << 20,
        MaximumBufferSize = 1 << 23,
        MaximumSmallPoolFreeBytes = 1 << 22,
        MaximumLargePoolFreeBytes = 1 << 23,
    });

    private static ReadOnlySpan<byte> NowAttribute => "data-now=\""u8;

    /// <summary>2026-11-20T12:00.</summary>
    private const int ToTheMinute = 16;

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        var body = response.Body;
        await using var drawn = s_buffers.GetStream();
        response.Body = drawn;
        try
        {
            await page.ExecuteAsync(httpContext);
        }
        finally
        {
            response.Body = body;
        }

        // A cookie is set if the page shows a message once.
        if (!isAsked || response.StatusCode != StatusCodes.Status200OK || response.Headers.SetCookie.Count > 0)
        {
            response.Headers.CacheControl = NotKept;
        }
        else
        {
            var tag = new EntityTagHeaderValue($"\"{TagOf(drawn.GetBuffer().AsSpan(0, (int)drawn.Length))}\"", isWeak: true);
            response.Headers.CacheControl = Kept;
            response.Headers.Append(HeaderNames.Vary, HeaderNames.Cookie);
            response.Headers.ETag = tag.ToString();
            if (IsKnown(httpContext.Request, tag))
            {
                response.StatusCode = StatusCodes.Status304NotModified;
                response.ContentType = null;
                return;
            }
        }

        drawn.Position = 0;
        await drawn.CopyToAsync(response.Body, httpContext.RequestAborted);
    }

    /// <summary>Hashes the whole page. Of its body tag, which states when the page was rendered and from when to follow changes, only the minute counts:
    /// what the script calculates from a cached page is at most that old.</summary>
    internal static string TagOf(ReadOnlySpan<byte> html)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var from = html.IndexOf(BodyTag);
        var length = from < 0 ? -1 : html[from..].IndexOf((byte)'>');
        if (length < 0)
        {
            hash.AppendData(html);
        }
        else
        {
            var bodyTag = html.Slice(from, length);
            hash.AppendData(html[..from]);
            if (bodyTag.IndexOf(NowAttribute) is >= 0 and var at && bodyTag.Length >= at + NowAttribute.Length + ToTheMinute)
            {
                hash.AppendData(bodyTag.Slice(at + NowAttribute.Length, ToTheMinute));
            }

            hash.AppendData(html[(from + length)..]);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 16));
    }

    private static bool IsKnown(HttpRequest request, EntityTagHeaderValue tag)
    {
        foreach (var known in request.GetTypedHeaders().IfNoneMatch)
        {
            if (known.Equals(EntityTagHeaderValue.Any) || known.Compare(tag, useStrongComparison: false))
            {
                return true;
            }
        }

        return false;
    }
}
