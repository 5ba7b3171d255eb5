using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Ccflux.Contracts.Usage;

/// <summary>The keys by which the ledger knows requests, turns and sessions: the first 64 bits of SHA-256 over a domain and an id. Every machine and every source
/// computes the same key for the same thing, and a key says nothing about the id. 0 stands for "not known" and is never a key.</summary>
public static class LedgerKey
{
    private const int MaxApiRequestId = 128;
    private const int MaxInput = 512;

    /// <summary>Whether an id has the form of the API's own request ids, such as <c>req_011CSHoEeqs5C35K2UUqR7Fy</c>. Relays make up others, and give every answer the same one.</summary>
    public static bool IsApiRequestId(ReadOnlySpan<byte> id) => id.Length is > 4 and <= MaxApiRequestId && id.StartsWith("req_"u8);

    /// <summary>A request that the API named: <c>requestId</c> in a transcript, <c>request_id</c> in telemetry.</summary>
    public static long OfRequest(ReadOnlySpan<byte> requestId) => Of("request"u8, requestId);

    /// <summary>A request without such an id: its message, and the prompt or tool result that it answers. Relays give every answer the same message id.</summary>
    public static long OfMessage(ReadOnlySpan<byte> messageId, ReadOnlySpan<byte> precedingUuid) => Of("message"u8, messageId, precedingUuid);

    /// <summary>A request of which only a row of a transcript is known.</summary>
    public static long OfRow(ReadOnlySpan<byte> uuid) => Of("row"u8, uuid);

    /// <summary>A request that only telemetry tells of, without an id of the API.</summary>
    /// <param name="user">Whose: two users' events say nothing about each other.</param>
    /// <param name="identity">What distinguishes the event from the user's others.</param>
    public static long OfEvent(long user, long identity)
    {
        Span<byte> parts = stackalloc byte[16];
        BinaryPrimitives.WriteInt64BigEndian(parts, user);
        BinaryPrimitives.WriteInt64BigEndian(parts[8..], identity);
        return Of("event"u8, parts);
    }

    /// <summary>What metrics say that a session used of one model in a quarter of an hour.</summary>
    /// <param name="user">Whose.</param>
    /// <param name="session">Key of the session; 0 if it is not known.</param>
    /// <param name="start">Of the quarter, in epoch milliseconds.</param>
    /// <param name="model">As the API names it.</param>
    public static long OfMetrics(long user, long session, long start, string model)
    {
        Span<byte> parts = stackalloc byte[24];
        BinaryPrimitives.WriteInt64BigEndian(parts, user);
        BinaryPrimitives.WriteInt64BigEndian(parts[8..], session);
        BinaryPrimitives.WriteInt64BigEndian(parts[16..], start);
        return Of("metrics"u8, parts, Encoding.UTF8.GetBytes(model));
    }

    /// <summary>A call to another model within a request, billed on its own.</summary>
    /// <param name="request">The key of the request.</param>
    /// <param name="index">Its place among the entries of <c>usage.iterations</c>.</param>
    public static long OfAdvisor(long request, int index)
    {
        Span<byte> parent = stackalloc byte[12];
        BinaryPrimitives.WriteInt64BigEndian(parent, request);
        BinaryPrimitives.WriteInt32BigEndian(parent[8..], index);
        return Of("advisor"u8, parent);
    }

    /// <summary>A turn, by the uuid of its prompt, which a fork keeps.</summary>
    public static long OfTurn(ReadOnlySpan<byte> promptUuid) => Of("turn"u8, promptUuid);

    /// <summary>A prompt's <c>promptId</c>, which telemetry sends as <c>prompt.id</c>; each fork has a new one.</summary>
    public static long OfPrompt(ReadOnlySpan<byte> promptId) => Of("prompt"u8, promptId);

    public static long OfSession(ReadOnlySpan<byte> sessionId) => Of("session"u8, sessionId);

    public static long OfSession(string sessionId) => OfSession(Encoding.UTF8.GetBytes(sessionId));

    /// <summary>What one turn used of one model according to ccflux 0.1, which knew no requests.</summary>
    public static long OfLegacyTurn(ReadOnlySpan<byte> sessionId, int turnIndex, ReadOnlySpan<byte> model)
    {
        Span<byte> index = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(index, turnIndex);
        return Of("legacy"u8, sessionId, index, model);
    }

    private static long Of(ReadOnlySpan<byte> domain, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second = default, ReadOnlySpan<byte> third = default)
    {
        // Each part with its length before it, so that "ab" + "c" is not "a" + "bc".
        var length = domain.Length + first.Length + second.Length + third.Length + (4 * sizeof(int));
        var input = length <= MaxInput ? stackalloc byte[MaxInput] : new byte[length];
        var rest = input;
        Append(ref rest, domain);
        Append(ref rest, first);
        Append(ref rest, second);
        Append(ref rest, third);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(input[..length], hash);
        return BinaryPrimitives.ReadInt64BigEndian(hash) is not 0 and var key ? key : 1;
    }

    private static void Append(ref Span<byte> rest, ReadOnlySpan<byte> part)
    {
        BinaryPrimitives.WriteInt32BigEndian(rest, part.Length);
        part.CopyTo(rest[sizeof(int)..]);
        rest = rest[(sizeof(int) + part.Length)..];
    }
}
