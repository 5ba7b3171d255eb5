using Ccflux.Receiver.Fleet.Read;
using Ccflux.Receiver.Shell.Components;

namespace Ccflux.Receiver.Fleet.Pages;

/// <summary>Agents in words.</summary>
internal static class AgentText
{
    public static Tone Tone(AgentRow agent) => agent switch
    {
        { State: AgentPulse.Revoked } or { MustEnrolAgain: true } => Shell.Components.Tone.Bad,
        { State: AgentPulse.Pulsing } => agent.Login is "keychain" ? Shell.Components.Tone.Warn : Shell.Components.Tone.Good,
        _ => Shell.Components.Tone.None,
    };

    public static string Word(AgentRow agent) => agent switch
    {
        { State: AgentPulse.Revoked } => "Revoked",
        { MustEnrolAgain: true } => "Must be enrolled again",
        { State: AgentPulse.Pulsing } => agent.Login is "keychain" ? "Pulsing, cannot switch" : "Pulsing",
        { State: AgentPulse.Silent } => "Silent",
        { State: AgentPulse.Replaced } => "Replaced",
        _ => "Not heard yet",
    };

    public static string Title(AgentRow agent) => agent switch
    {
        { MustEnrolAgain: true, State: not AgentPulse.Revoked } => "It does not know the key that this receiver signs commands with, so it is given no login.",
        { State: AgentPulse.Replaced } => "A newer agent says that it is of the same config dir, and this one is not heard.",
        _ => Login(agent),
    };

    public static string Login(AgentRow agent) => agent.Login switch
    {
        "file" => "The login stands in a file, which the agent can change.",
        "keychain" => "The client keeps its login in a keychain, which the agent does not touch: it only sends heartbeats.",
        "none" => "There is no login in the config dir.",
        _ => "Nothing is known of its login.",
    };
}
