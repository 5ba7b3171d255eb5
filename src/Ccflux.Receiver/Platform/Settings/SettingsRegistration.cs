using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Ccflux.Receiver.Platform.Settings;

/// <summary>Settings as options of .NET: a slice calls <c>services.AddSettings&lt;XOptions&gt;()</c> and takes <c>XOptions</c> (or <c>IOptions&lt;XOptions&gt;</c>) in a constructor.
/// Only the binder is our own, and the check of all settings in one pass.</summary>
internal static class SettingsRegistration
{
    public static void AddSettings<T>(this IServiceCollection services)
        where T : class, new()
    {
        services.TryAddSingleton<SettingsReader>();
        services.AddOptions<T>().Configure<SettingsReader>((options, reader) => reader.Bind(options));
        services.AddSingleton(provider => provider.GetRequiredService<IOptions<T>>().Value);
        services.AddSingleton(new SettingsClass(typeof(T)));
        services.AddSettingsCheck(reader => reader.Bind(new T()));
    }

    /// <summary>Adds a check, such as one that compares the settings of two slices.</summary>
    public static void AddSettingsCheck(this IServiceCollection services, SettingsCheck check) => services.AddSingleton(check);

    /// <summary>Runs every check, in any order of registration. Called once, after the slices were added and before the server is built: that already reads its options.</summary>
    /// <exception cref="InvalidSettingsException">Settings are invalid; it names all of them.</exception>
    public static void CheckSettings(this IServiceCollection services, IConfiguration configuration)
    {
        var reader = new SettingsReader(configuration);
        var faults = services.Select(service => service.ImplementationInstance).OfType<SettingsCheck>().SelectMany(check => check(reader)).ToList();
        if (faults.Count > 0)
        {
            throw new InvalidSettingsException(faults);
        }
    }

    /// <summary>Every setting with its value, in the order of registration, for the lines that start-up prints.</summary>
    public static IEnumerable<ResolvedSetting> ResolvedSettings(this IServiceProvider services) =>
        services.GetServices<SettingsClass>().SelectMany(settings => SettingsReader.Resolve(services.GetRequiredService(settings.Type)));

    /// <summary>An options class whose properties are settings.</summary>
    private sealed record SettingsClass(Type Type);
}

/// <summary>Finds what is wrong with settings. Each fault names its key and what is expected instead.</summary>
/// <param name="reader">Reads the settings of any slice, valid or not.</param>
internal delegate IEnumerable<string> SettingsCheck(SettingsReader reader);
