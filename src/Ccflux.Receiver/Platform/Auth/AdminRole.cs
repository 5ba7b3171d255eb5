namespace Ccflux.Receiver.Platform.Auth;

/// <summary>What a signed-in user may do: read, or read and change.</summary>
internal enum AdminRole
{
    Viewer = 1,
    Admin = 2,
}
