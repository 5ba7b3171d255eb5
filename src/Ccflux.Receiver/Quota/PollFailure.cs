namespace Ccflux.Receiver.Quota;

/// <summary>Why a poll returned no readings. The names are stored in the database and used as metric labels.</summary>
internal enum PollFailure
{
    /// <summary>No credential to poll with: a setting or a file is missing, or a token has expired. Nothing was sent.</summary>
    NoCredential = 1,

    /// <summary>401, or a 403 that says that the session has ended: the credential is no longer accepted.</summary>
    Rejected = 2,

    /// <summary>403 with a page: a browser challenge blocks the API.</summary>
    Challenged = 3,

    /// <summary>Any other 403: the credential may not read this.</summary>
    Forbidden = 4,

    /// <summary>429.</summary>
    RateLimited = 5,

    /// <summary>5xx.</summary>
    UpstreamFailed = 6,

    TimedOut = 7,

    /// <summary>No connection: a DNS, network or certificate problem.</summary>
    Unreachable = 8,

    /// <summary>The format of the answer has changed.</summary>
    ChangedFormat = 9,

    /// <summary>400 or 404: there is no organisation with the requested id.</summary>
    UnknownOrganization = 10,
}
