using System.Security.Cryptography;
using Microsoft.IO;
using Microsoft.Net.Http.Headers;

namespace Ccflux.Receiver.Shell;

/// <summary>
/// A drawn page with an <c>ETag</c>, or 304 without a body for a browser that has this very page. The tag is a hash of the page as it was drawn, not
/// of the versions of what it was drawn from: figures come from tables that a command beside the receiver may write to, from polls, heartbeats and the
/// clock, and a list of all these would be wrong the day somebody forgets one. Drawing costs what it did; the bytes are saved, and no figure is ever stale.
/// </summary>
/// <param name="page">Draws it into the body of the answer.</param>
/// <param name="isAsked">False for the answer to a form, which may hold a secret that is shown once.</param>
internal sealed class PageResult(IResult page, bool isAsked) : IResult
{
    /// <summary>Where it may be kept: by this browser, to be asked about each time.</summary>
    internal const string Kept = "private, no-cache";

    private const string NotKept = "no-store";

    // <body data-now="2026-11-20T12:00:07Z" data-live-topic="usage" data-live-since="b1f0-12">
    private static ReadOnlySpan<byte> BodyTag => "<body "u8;

    /// <summary>Pages are drawn into buffers that are used again: large ones, made for each page, keep the garbage collector at work. One holds most
    /// pages; 12 MiB of them are kept at most.</summary>
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

        // A cookie is set where a page tells once what was done.
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

    /// <summary>Of all that stands in the page. Of its body's tag, which says when it was drawn and since when it must be followed, the minute counts: what
    /// the script reckons from a page that was kept is at most that old.</summary>
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
