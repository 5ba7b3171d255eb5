using Microsoft.Extensions.Options;

namespace Ccflux.Receiver.Platform.Settings;

/// <summary>How a slice gets its options: <c>builder.Services.AddSettings&lt;XOptions&gt;(builder.Configuration)</c>, then <c>XOptions</c> from a constructor.</summary>
internal static class SettingsRegistration
{
    /// <summary>Reads <typeparamref name="T"/> now and registers it, plain and as <c>IOptions</c>; faults are kept for <see cref="CheckSettings"/>.</summary>
    public static T AddSettings<T>(this IServiceCollection services, IConfiguration configuration)
        where T : class, new()
    {
        var options = Reader(services, configuration).Read<T>();
        services.AddSingleton(options);
        services.AddSingleton(Options.Create(options));
        return options;
    }

    /// <summary>Options that another slice has already read.</summary>
    public static T Settings<T>(this IServiceCollection services)
        where T : class => (T)services.Last(service => service.ServiceType == typeof(T)).ImplementationInstance!;

    /// <summary>Keeps a fault that depends on another slice's settings for <see cref="CheckSettings"/>.</summary>
    public static void RefuseSetting(this IServiceCollection services, IConfiguration configuration, string fault) => Reader(services, configuration).Refuse(fault);

    /// <summary>Throws if any setting read so far is invalid. Called once, after the slices were added and before anything starts.</summary>
    public static void CheckSettings(this IServiceCollection services, IConfiguration configuration) => Reader(services, configuration).ThrowIfFaulty();

    private static SettingsReader Reader(IServiceCollection services, IConfiguration configuration)
    {
        if (services.FirstOrDefault(service => service.ServiceType == typeof(SettingsReader))?.ImplementationInstance is SettingsReader reader)
        {
            return reader;
        }

        reader = new SettingsReader(configuration);
        services.AddSingleton(reader);
        return reader;
    }
}
