using Ccflux.Receiver.Fleet.Agents;
using Ccflux.Receiver.Platform.Http;

namespace Ccflux.Receiver.Fleet.Pages.Parts;

/// <summary>Explains why a login was not sealed to an agent.</summary>
internal static class IssueText
{
    /// <summary>Null if it was sealed.</summary>
    public static string? Fault(IssueOutcome outcome) => outcome switch
    {
        IssueOutcome.Issued => null,
        IssueOutcome.NoSuchAgent => "No such agent, or it was revoked.",
        IssueOutcome.NotGranted => "account: not granted to this agent.",
        IssueOutcome.AlreadyThere => "That login is already there.",
        IssueOutcome.Pending => "Another login is on its way to that agent; wait until it is in place.",
        IssueOutcome.HeldElsewhere => "The login is held elsewhere, and no copy was requested or would work.",
        IssueOutcome.NeedsLogin => "account: it needs a new login, or its key ring is missing.",
        IssueOutcome.Refreshing => "The login is being renewed right now; try again.",
        IssueOutcome.NoLoginFile => "The client there keeps its login where an agent cannot write one.",
        IssueOutcome.EnrolAgain => "The agent does not know the key that this receiver signs with: enrol it again.",
        IssueOutcome.Busy => Refusals.StorageBusy.Detail,
    };
}
