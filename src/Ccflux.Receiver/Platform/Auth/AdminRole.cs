namespace Ccflux.Receiver.Platform.Auth;

/// <summary>What someone who signed in may do: look, or look and change.</summary>
internal enum AdminRole
{
    Viewer = 1,
    Admin = 2,
}
