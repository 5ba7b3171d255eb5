using Ccflux.Contracts.Fleet;

namespace Ccflux.Receiver.Fleet.Sessions;

/// <summary>The rules for a valid heartbeat.</summary>
internal static class HeartbeatRules
{
    /// <summary>What is wrong with it, naming the field and its limit; null if it is valid.</summary>
    public static string? Fault(Heartbeat heartbeat)
    {
        if (heartbeat.SchemaVersion != Heartbeat.Version)
        {
            return $"schema_version: expected {Heartbeat.Version}.";
        }

        if (heartbeat.Sequence is < 1 or > long.MaxValue / 2)
        {
            return "sequence: a whole number, 1 or greater.";
        }

        if (!IsText(heartbeat.Agent.Version, FleetLimits.MaxText) || !IsText(heartbeat.Agent.Platform, FleetLimits.MaxText))
        {
            return $"agent.version, agent.platform: 1 to {FleetLimits.MaxText} characters on one line.";
        }

        if (!LoginPlace.IsKnown(heartbeat.Agent.Login))
        {
            return "agent.login: file, keychain or none.";
        }

        if (heartbeat.Applied is { } applied && !CredentialFingerprint.IsOne(applied))
        {
            return $"applied: a fingerprint, {CredentialFingerprint.Length} hexadecimal digits in lower case.";
        }

        if (heartbeat.Confirmed.Count > FleetLimits.MaxCommands || heartbeat.Refused.Count > FleetLimits.MaxCommands)
        {
            return $"confirmed, refused: at most {FleetLimits.MaxCommands} commands each.";
        }

        if (heartbeat.Refused.Any(refused => refused is null || !IsText(refused.Reason, FleetLimits.MaxText)))
        {
            return $"refused: an id and a reason of 1 to {FleetLimits.MaxText} characters each.";
        }

        return heartbeat.Sessions.Count > FleetLimits.MaxSessions
            ? $"sessions: at most {FleetLimits.MaxSessions}."
            : heartbeat.Sessions.Select(Fault).FirstOrDefault(fault => fault is not null);
    }

    private static string? Fault(LiveSession? session) => session switch
    {
        null => "sessions: a session is missing.",
        _ when !IsText(session.SessionId, FleetLimits.MaxSessionId) => $"sessions.session_id: 1 to {FleetLimits.MaxSessionId} characters on one line.",
        _ when !SessionState.IsKnown(session.State) => "sessions.state: idle, turn or tool.",
        { Model: { } model } when !IsText(model, FleetLimits.MaxModelName) => $"sessions.model: 1 to {FleetLimits.MaxModelName} characters on one line.",
        _ => null,
    };

    private static bool IsText(string text, int max) => SafeDisplayText.Is(text, max);
}
