using Ccflux.Receiver.Shell;

namespace Ccflux.Receiver.Usage.Pages;

/// <summary>The questions before requests that two users have count for one of them, or for both again.</summary>
internal static class CopyConfirmations
{
    public static Question Declare(string email, string original) => new(
        $"Count shared requests only for {original}?",
        [
            $"Requests of {email} that {original} has too are copies: they leave all figures and 5-hour windows of {email}, within a minute. This also holds for those that are reported later, which a daily search finds.",
            $"All other usage of {email} stays, and so do turns and sessions. You can take this back at any time.",
        ],
        $"Count them only for {original}",
        IsDanger: false);

    public static Question TakeBack(string email, string original) => new(
        $"Count shared requests for both {email} and {original} again?",
        [$"The requests that were copies return to all figures and 5-hour windows of {email}, within a minute."],
        "Count them for both again",
        IsDanger: false);
}
