using Ccflux.Contracts.Http;

namespace Ccflux.Receiver.Platform.Http;

/// <summary>The refusal of a change that could not be written: nothing was changed, and it helps to try again.</summary>
internal static class StorageBusy
{
    public const string Detail = "The database is not accepting writes right now.";

    public static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    public static Problem Problem() => new(StatusCodes.Status503ServiceUnavailable, ErrorCodes.Busy, Detail, RetryAfter);

    public static Refusal Page(BrowserAnswers answers) => new(answers, StatusCodes.Status503ServiceUnavailable, ErrorCodes.Busy, Detail, RetryAfter);
}
