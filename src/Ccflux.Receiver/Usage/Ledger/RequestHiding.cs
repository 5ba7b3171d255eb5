namespace Ccflux.Receiver.Usage.Ledger;

/// <summary>Why a stored request counts in no sum. Stored by number.</summary>
internal enum RequestHiding : byte
{
    /// <summary>It counts.</summary>
    None = 0,

    /// <summary>From ccflux 0.1, and covered by a later client's turn.</summary>
    Covered = 1,

    /// <summary>A copy of another user's.</summary>
    Copy = 2,

    /// <summary>Only telemetry tells of it, in a session whose transcripts lack the API's ids: the hook may have reported it under another key. Kept for comparison.</summary>
    Compared = 3,

    /// <summary>Only telemetry tells of it, while the user had paused reporting.</summary>
    Paused = 4,

    /// <summary>No request, but what metrics say, of a session whose requests are stored; or, if the session is not known, of a time near one of the user's requests.</summary>
    Described = 5,

    /// <summary>Of an installation or a claimed address, and another row of the user tells of the same request.</summary>
    Same = 6,

    /// <summary>Of an installation or a claimed address that is not known to be a user's.</summary>
    Unattributed = 7,
}
