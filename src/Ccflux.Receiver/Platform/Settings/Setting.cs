using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Reflection;

namespace Ccflux.Receiver.Platform.Settings;

/// <summary>One setting as its options class declares it: an environment variable, the same name in <c>appsettings.json</c>, a type, a default, a rule.</summary>
internal sealed class Setting
{
    private Setting(PropertyInfo property, string key, object? defaultValue)
    {
        Property = property;
        Key = key;
        AlsoNamed = property.GetCustomAttribute<AlsoNamedAttribute>()?.Key;
        IsSecret = property.IsDefined(typeof(SecretAttribute));
        BlankIsOff = property.IsDefined(typeof(BlankIsOffAttribute));
        Default = defaultValue;
        Description = property.GetCustomAttribute<DescriptionAttribute>()?.Description
            ?? throw new InvalidOperationException($"{key} has no [Description].");
        Rules = [.. property.GetCustomAttributes<ValidationAttribute>()];
    }

    public PropertyInfo Property { get; }

    public string Key { get; }

    public string? AlsoNamed { get; }

    public bool IsSecret { get; }

    public bool BlankIsOff { get; }

    public object? Default { get; }

    public string Description { get; }

    public IReadOnlyList<ValidationAttribute> Rules { get; }

    /// <summary>The settings of an options class: its properties that name a key, in the order of declaration.</summary>
    public static IReadOnlyList<Setting> Of(Type options)
    {
        var defaults = Activator.CreateInstance(options);
        return [.. options.GetProperties()
            .Select(property => (property, name: property.GetCustomAttribute<ConfigurationKeyNameAttribute>()))
            .Where(pair => pair.name is not null)
            .Select(pair => new Setting(pair.property, pair.name!.Name, pair.property.GetValue(defaults)))];
    }

    /// <summary>The form that start-up prints, and that the documentation uses for defaults.</summary>
    public string Show(object? value) => (IsSecret, value) switch
    {
        (true, null) => "unset",
        (true, _) => "set",
        (_, null) => "unset",
        (_, bool flag) => flag ? "true" : "false",
        (_, IFormattable number) => number.ToString(null, CultureInfo.InvariantCulture),
        (_, var text) => text.ToString() is { Length: > 0 } shown ? shown : "unset",
    };
}
