using System.Reflection;

namespace Ccflux.Receiver.Platform;

/// <summary>The version of this program, from its assembly, without the build's own suffix.</summary>
internal static class ProductVersion
{
    public static readonly string Text =
        (typeof(ProductVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0").Split('+')[0];
}
