namespace Ccflux.Contracts.Usage;

/// <summary>How a turn ended, as sent and as stored in the database.</summary>
public static class TurnOutcome
{
    public const string Completed = "completed";

    /// <summary>The API refused for good: the turn ends with a synthetic error row.</summary>
    public const string Failed = "failed";

    /// <summary>No answer ended the turn: the user stopped it, the client died, or it is still in progress.</summary>
    public const string Interrupted = "interrupted";

    public static bool IsKnown(string value) => value is Completed or Failed or Interrupted;
}
