using Ccflux.Receiver.Fleet.Agents;

namespace Ccflux.Receiver.Fleet.Pages.Parts;

/// <summary>Explains why a login was not sealed to an agent.</summary>
internal static class IssueText
{
    /// <summary>Null if it was sealed.</summary>
    public static string? Fault(IssueOutcome outcome) => outcome switch
    {
        IssueOutcome.Issued => null,
        IssueOutcome.NoSuchAgent => "There is no such agent, or it was revoked.",
        IssueOutcome.NotGranted => "account: it is not granted to that agent.",
        IssueOutcome.AlreadyThere => "That login stands there already.",
        IssueOutcome.Pending => "Another login is on its way to that agent; wait until it is in place.",
        IssueOutcome.HeldElsewhere => "The login is held elsewhere, and no copy of it was asked for or would work.",
        IssueOutcome.NeedsLogin => "account: it needs a new login, or its key ring is missing.",
        IssueOutcome.Refreshing => "The login is being renewed at this moment; try again.",
        IssueOutcome.NoLoginFile => "The client there keeps its login where an agent cannot put one.",
        IssueOutcome.EnrolAgain => "The agent does not know the key that this receiver signs with: enrol it again.",
        IssueOutcome.Busy => "The database is not accepting writes right now.",
    };
}
