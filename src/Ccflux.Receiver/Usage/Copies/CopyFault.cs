using Ccflux.Receiver.Platform.Http;

namespace Ccflux.Receiver.Usage.Copies;

/// <summary>Why a declaration was not made or not taken back.</summary>
internal enum CopyFault
{
    UnknownUser = 1,

    /// <summary>Nobody has copies of their own requests.</summary>
    SameUser = 2,

    /// <summary>The other's requests are declared to be copies of this user's, directly or through others: they would count for nobody.</summary>
    Circle = 3,
    TooMany = 4,
    NotDeclared = 5,

    /// <summary>The database is not accepting writes right now.</summary>
    Busy = 6,
}

/// <summary>Faults in words, and as the status of an answer.</summary>
internal static class CopyFaults
{
    /// <summary>The message for the admin.</summary>
    public static string Message(this CopyFault fault) => fault switch
    {
        CopyFault.UnknownUser => "There is no such user.",
        CopyFault.SameUser => "Choose two different users.",
        CopyFault.Circle => "The other user's requests are already declared to be copies of this user's, directly or through others. Count those for both first.",
        CopyFault.TooMany => $"At most {CopyDeclarations.MaxDeclarations} pairs of users can be declared.",
        CopyFault.NotDeclared => "These requests already count for both users.",
        CopyFault.Busy => $"{Refusals.StorageBusy.Detail} Nothing was changed; try again.",
    };

    /// <summary>The HTTP status of the answer to a change that was not made.</summary>
    public static int Status(this CopyFault fault) => fault switch
    {
        CopyFault.UnknownUser => StatusCodes.Status404NotFound,
        CopyFault.Busy => StatusCodes.Status503ServiceUnavailable,
        CopyFault.SameUser => StatusCodes.Status422UnprocessableEntity,
        CopyFault.Circle or CopyFault.TooMany or CopyFault.NotDeclared => StatusCodes.Status409Conflict,
    };
}
