using Ccflux.Receiver.Fleet.Read;
using Ccflux.Receiver.Shell.Components;

namespace Ccflux.Receiver.Fleet.Pages.Parts;

/// <summary>Texts for agents.</summary>
internal static class AgentText
{
    public static Tone Tone(AgentRow agent) => agent switch
    {
        { State: AgentConnection.Revoked } or { MustEnrolAgain: true } => Shell.Components.Tone.Bad,
        { State: AgentConnection.Online } => agent.Login is "keychain" ? Shell.Components.Tone.Warn : Shell.Components.Tone.Good,
        _ => Shell.Components.Tone.None,
    };

    public static string Word(AgentRow agent) => agent switch
    {
        { State: AgentConnection.Revoked } => "Revoked",
        { MustEnrolAgain: true } => "Must enrol again",
        { State: AgentConnection.Online } => agent.Login is "keychain" ? "Online, cannot switch" : "Online",
        { State: AgentConnection.Offline } => "Offline",
        { State: AgentConnection.Replaced } => "Replaced",
        _ => "Not seen yet",
    };

    public static string Title(AgentRow agent) => agent switch
    {
        { MustEnrolAgain: true, State: not AgentConnection.Revoked } => "It does not know the key that this receiver signs commands with, so it gets no login.",
        { State: AgentConnection.Replaced } => "A newer agent reports the same config dir, and this one is offline.",
        _ => Login(agent),
    };

    public static string Login(AgentRow agent) => agent.Login switch
    {
        "file" => "The login is in a file, which the agent can change.",
        "keychain" => "The client keeps its login in a keychain, which the agent does not touch: it only sends heartbeats.",
        "none" => "The config dir contains no login.",
        _ => "Nothing is known about its login.",
    };
}
