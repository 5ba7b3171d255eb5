namespace Ccflux.Simulator;

/// <summary>How an upstream misbehaves.</summary>
public enum FaultKind
{
    /// <summary>401, as after a session has ended.</summary>
    Rejected = 1,

    /// <summary>403 with a page that checks for a browser.</summary>
    Challenge = 2,

    /// <summary>403 with JSON: no permission.</summary>
    Forbidden = 3,

    /// <summary>429, with <c>Retry-After</c> if the fault has one.</summary>
    RateLimited = 4,

    /// <summary>503.</summary>
    ServerError = 5,

    /// <summary>An answer that takes longer than anyone waits.</summary>
    Slow = 6,

    /// <summary>200 with JSON that ends in the middle.</summary>
    Malformed = 7,

    /// <summary>200 with JSON of a different form.</summary>
    ChangedFormat = 8,

    /// <summary>The connection ends without an answer.</summary>
    Broken = 9,

    /// <summary>The request is carried out, and the connection ends before the answer.</summary>
    Lost = 10,
}

/// <summary>A misbehaviour from <paramref name="From"/> until <paramref name="To"/>, of one account or, if <paramref name="Account"/> is null, of all;
/// on one path, or on all.</summary>
public sealed record Fault(FaultKind Kind, DateTimeOffset From, DateTimeOffset To, int? Account = null, TimeSpan? RetryAfter = null, string? Path = null);
