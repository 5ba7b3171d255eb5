using System.ComponentModel.DataAnnotations;

namespace Ccflux.Receiver.Platform.Settings;

/// <summary>Reads options classes from flat names and collects every fault, so that one start reports all of them.</summary>
internal sealed class SettingsReader(IConfiguration configuration)
{
    private readonly List<string> _faults = [];
    private readonly List<ResolvedSetting> _resolved = [];

    /// <summary>The resolved value of each setting, for the lines that start-up prints.</summary>
    public IReadOnlyList<ResolvedSetting> Resolved => _resolved;

    public T Read<T>()
        where T : class, new()
    {
        var options = new T();
        foreach (var setting in Setting.Of(typeof(T)))
        {
            if (Text(setting) is { } text)
            {
                Assign(options, setting, text);
            }

            _resolved.Add(new ResolvedSetting(setting, setting.Property.GetValue(options)));
        }

        if (options is IValidatableObject whole)
        {
            _faults.AddRange(whole.Validate(new ValidationContext(options)).Select(result => result.ErrorMessage!));
        }

        return options;
    }

    /// <summary>Adds a fault that depends on another slice's settings.</summary>
    public void Refuse(string fault) => _faults.Add(fault);

    public void ThrowIfFaulty()
    {
        if (_faults.Count > 0)
        {
            throw new InvalidSettingsException(_faults);
        }
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

    private void Assign(object options, Setting setting, string text)
    {
        if (!TryParse(setting.Property.PropertyType, text, out var value, out var expected))
        {
            _faults.Add(setting.IsSecret ? $"{setting.Key}: expected {expected}." : $"{setting.Key}: expected {expected}, got \"{text}\".");
            return;
        }

        var context = new ValidationContext(options) { MemberName = setting.Property.Name, DisplayName = setting.Key };
        foreach (var rule in setting.Rules)
        {
            if (rule.GetValidationResult(value, context) is { } fault)
            {
                _faults.Add($"{setting.Key}: {fault.ErrorMessage}");
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
