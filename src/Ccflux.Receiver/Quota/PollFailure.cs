namespace Ccflux.Receiver.Quota;

/// <summary>Why a poll brought no readings. The names are kept in the database and are the metric's labels.</summary>
internal enum PollFailure
{
    /// <summary>There is nothing to ask with: a setting or a file is missing, or a token has expired. Nothing was sent.</summary>
    NoCredential = 1,

    /// <summary>401, or a 403 that says that the session has ended: the credential is not taken any more.</summary>
    Rejected = 2,

    /// <summary>403 with a page: a check for browsers stands in between.</summary>
    Challenged = 3,

    /// <summary>403 otherwise: the credential may not read this.</summary>
    Forbidden = 4,

    /// <summary>429.</summary>
    RateLimited = 5,

    /// <summary>5xx.</summary>
    UpstreamFailed = 6,

    TimedOut = 7,

    /// <summary>No connection: names, network or certificates.</summary>
    Unreachable = 8,

    /// <summary>An answer that is not what it used to be.</summary>
    ChangedFormat = 9,

    /// <summary>400 or 404: there is no organisation of the id that was asked for.</summary>
    UnknownOrganization = 10,
}
