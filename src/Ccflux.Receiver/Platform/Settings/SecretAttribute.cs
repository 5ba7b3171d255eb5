namespace Ccflux.Receiver.Platform.Settings;

/// <summary>The value is shown nowhere, only whether it is set.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class SecretAttribute : Attribute;

/// <summary>An older name that is still taken where the setting's own name is unset.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class AlsoNamedAttribute(string key) : Attribute
{
    public string Key { get; } = key;
}

/// <summary>A blank value is a value here, and turns something off; elsewhere it is the same as none.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class BlankIsOffAttribute : Attribute;
