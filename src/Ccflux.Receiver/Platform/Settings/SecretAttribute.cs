namespace Ccflux.Receiver.Platform.Settings;

/// <summary>The value is never shown, only whether it is set.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class SecretAttribute : Attribute;

/// <summary>An older name that is still accepted if the setting's own name is unset.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class AlsoNamedAttribute(string key) : Attribute
{
    public string Key { get; } = key;
}

/// <summary>An empty value is a value here, and turns something off; elsewhere it means unset.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class BlankIsOffAttribute : Attribute;
