namespace Ccflux.Receiver.Shell.Components;

/// <summary>The meaning of a status; each has a colour and a shape.</summary>
public enum Tone
{
    None = 0,
    Good = 1,
    Warn = 2,
    Bad = 3,
    Info = 4,
}
