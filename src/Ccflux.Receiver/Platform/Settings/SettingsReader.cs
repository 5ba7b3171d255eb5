using System.ComponentModel.DataAnnotations;

namespace Ccflux.Receiver.Platform.Settings;

/// <summary>Binds options classes to flat names. A value that does not fit is a fault with its key and what was expected, so that one start can report all of them.</summary>
internal sealed class SettingsReader(IConfiguration configuration)
{
    /// <summary>The values of the settings of an options class.</summary>
    public static IEnumerable<ResolvedSetting> Resolve(object options) =>
        Setting.Of(options.GetType()).Select(setting => new ResolvedSetting(setting, setting.Property.GetValue(options)));

    /// <summary>Options before they are checked, for decisions about what to register and for rules that compare slices.</summary>
    public T Read<T>()
        where T : class, new()
    {
        var options = new T();
        Bind(options);
        return options;
    }

    /// <summary>Sets the properties that are set; a value that cannot be read leaves its default.</summary>
    /// <returns>The faults, in the order of the properties, then those of the whole.</returns>
    public IReadOnlyList<string> Bind(object options)
    {
        var faults = new List<string>();
        foreach (var setting in Setting.Of(options.GetType()))
        {
            if (Text(setting) is { } text)
            {
                Assign(options, setting, text, faults);
            }
        }

        if (options is IValidatableObject whole)
        {
            faults.AddRange(whole.Validate(new ValidationContext(options)).Select(result => result.ErrorMessage!));
        }

        return faults;
    }

    private string? Text(Setting setting)
    {
        if (setting.BlankIsOff && configuration[setting.Key] is { } given && string.IsNullOrWhiteSpace(given))
        {
            return "";
        }

        // An empty value counts as unset, because compose files and unit files write `KEY=`.
        var text = configuration[setting.Key] is { } own && !string.IsNullOrWhiteSpace(own) ? own : null;
        text ??= setting.AlsoNamed is { } older && !string.IsNullOrWhiteSpace(configuration[older]) ? configuration[older] : null;
        return text?.Trim();
    }

    private static void Assign(object options, Setting setting, string text, List<string> faults)
    {
        if (!TryParse(setting.Property.PropertyType, text, out var value, out var expected))
        {
            faults.Add(setting.IsSecret ? $"{setting.Key}: expected {expected}." : $"{setting.Key}: expected {expected}, got \"{text}\".");
            return;
        }

        var context = new ValidationContext(options) { MemberName = setting.Property.Name, DisplayName = setting.Key };
        foreach (var rule in setting.Rules)
        {
            if (rule.GetValidationResult(value, context) is { } fault)
            {
                faults.Add($"{setting.Key}: {fault.ErrorMessage}");
            }
        }

        setting.Property.SetValue(options, value);
    }

    private static bool TryParse(Type type, string text, out object? value, out string expected)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        (var parsed, value, expected) = Type.GetTypeCode(type) switch
        {
            TypeCode.String => (true, (object?)text, ""),
            TypeCode.Int32 => (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number), number, "a whole number"),
            TypeCode.Int64 => (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number), number, "a whole number"),
            TypeCode.Boolean => (TryParseSwitch(text, out var flag), flag, "true or false (or 1 or 0)"),
            _ => throw new InvalidOperationException($"Settings of type {type} are not read."),
        };
        return parsed;
    }

    private static bool TryParseSwitch(string text, out bool flag)
    {
        flag = text.ToUpperInvariant() is "TRUE" or "1" or "YES" or "ON";
        return flag || text.ToUpperInvariant() is "FALSE" or "0" or "NO" or "OFF";
    }
}

/// <summary>A setting and the value it has in this process.</summary>
internal sealed record ResolvedSetting(Setting Setting, object? Value)
{
    public bool IsDefault => Equals(Value, Setting.Default);

    public override string ToString() => $"{Setting.Key}={Setting.Show(Value)}{(IsDefault && !Setting.IsSecret ? " (default)" : "")}";
}
